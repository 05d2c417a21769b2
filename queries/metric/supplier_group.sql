-- title: Koncerner efter inköpsvolym | Corporate groups by spend
-- what: Addressable spend by topmost parent company, largest first; a supplier without a known parent is a group of its own.
-- why: Ten companies of one group are ten suppliers to the ledger and one counterpart at the table. The group is never the supplier: contracts stay with the company that holds them.
-- grain: one group
-- key: supplier_group_id
-- column: group_rank int! Rank by spend, from 1.
-- column: supplier_group_id text! Supplier id of the topmost parent, or of the supplier itself.
-- column: supplier_group_name text! Its name.
-- column: supplier_count int! Suppliers of the group that were bought from.
-- column: is_group bool! Whether a register or a verdict gives any of them a parent.
-- column: spend_net money! Addressable spend.
-- column: largest_supplier_spend_net money! Of it, at the supplier of the group with most.
-- column: compliant_spend_net money! Of it, compliant.
-- column: off_contract_spend_net money! Of it, off contract.
-- column: total_spend_net money! Denominator: all addressable spend.
-- column: spend_ratio float spend_net / total_spend_net.
-- chart: bar; x=supplier_group_name; y=spend_net
-- policy: 4, 5
-- source: own definition: parents from register files and verdicts, never from likeness of names
with lines as (
    select supplier_group_id, supplier_id, supplier_name, outcome, spend_net
    from matched.spend
    where is_addressable
),
suppliers as (
    select supplier_group_id, supplier_id, min(supplier_name) as supplier_name, sum(spend_net) as spend_net,
        sum(case when outcome = 'compliant' then spend_net else 0 end) as compliant_spend_net,
        sum(case when outcome = 'off_contract' then spend_net else 0 end) as off_contract_spend_net
    from lines
    group by supplier_group_id, supplier_id
),
grouped as (
    select supplier_group_id, min(supplier_name) as supplier_name, count(*) as supplier_count,
        max(case when supplier_id <> supplier_group_id then 1 else 0 end) as has_parent,
        sum(spend_net) as spend_net, -sum(spend_net) as negative_net, max(spend_net) as largest_supplier_spend_net,
        sum(compliant_spend_net) as compliant_spend_net, sum(off_contract_spend_net) as off_contract_spend_net
    from suppliers
    group by supplier_group_id
),
names as (
    select supplier_id, supplier_name
    from resolved.supplier
),
ranked as (
    select g.supplier_group_id as supplier_group_id, coalesce(n.supplier_name, g.supplier_name) as supplier_group_name, g.supplier_count as supplier_count,
        g.has_parent as has_parent, g.spend_net as spend_net, g.largest_supplier_spend_net as largest_supplier_spend_net,
        g.compliant_spend_net as compliant_spend_net, g.off_contract_spend_net as off_contract_spend_net,
        row_number() over (order by g.negative_net, g.supplier_group_id) as group_rank
    from grouped g
    left join names n on n.supplier_id = g.supplier_group_id
),
total as (
    select sum(spend_net) as total_spend_net
    from suppliers
)
select
    r.group_rank as group_rank,
    r.supplier_group_id as supplier_group_id,
    r.supplier_group_name as supplier_group_name,
    r.supplier_count as supplier_count,
    r.has_parent = 1 as is_group,
    r.spend_net as spend_net,
    r.largest_supplier_spend_net as largest_supplier_spend_net,
    r.compliant_spend_net as compliant_spend_net,
    r.off_contract_spend_net as off_contract_spend_net,
    t.total_spend_net as total_spend_net,
    cast(r.spend_net as double) / cast(nullif(t.total_spend_net, 0) as double) as spend_ratio
from ranked r
cross join total t
order by group_rank
