-- title: Leverantörer med varningsflagga i register | Suppliers with a warning in a register
-- what: Suppliers that a register says are insolvent or deregistered, with what was bought before and after that day and the contracts that they hold.
-- why: A supplier that is gone cannot deliver, and invoices dated after its end need an explanation.
-- caution: Vanliga oskyldiga orsaker: slutfakturor, konkursbo som driver vidare, fusion in i ett annat bolag, fel organisationsnummer i reskontran. | Common innocent causes: final invoices, an estate that carries on, a merger into another company, a wrong number in the ledger.
-- grain: one supplier × kind of warning
-- key: supplier_id, alert_kind
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: alert_kind text! deregistered or insolvent.
-- column: alert_on date! Day of it.
-- column: insolvency_status text bankruptcy, reorganisation or liquidation, as the register says.
-- column: trailing_net money! Addressable spend of the last twelve months.
-- column: spend_after_net money! Addressable spend on lines dated after that day.
-- column: line_after_count int! Such lines.
-- column: last_on date Last day of a line.
-- column: category_count int! Categories bought in the last twelve months.
-- column: live_contract_count int! Contracts in force that it holds.
-- column: contract_ids text! The first of them by number; empty text when there is none.
-- chart: table
-- policy: 22
-- source: own definition; register files by organisation number
with lines as (
    select supplier_id, category_code, month_index, covered_on, spend_net
    from matched.spend
    where is_addressable
),
run as (
    select as_of_month_index, as_of_on
    from rule.run
),
register as (
    select organisation_number, max(insolvent_on) as insolvent_on, max(insolvency_status) as insolvency_status, max(deregistered_on) as deregistered_on
    from lake.supplier_register
    where organisation_number <> ''
    group by organisation_number
),
suppliers as (
    select supplier_id, supplier_name, organisation_number, deregistered_on
    from resolved.supplier
),
alerts as (
    select s.supplier_id as supplier_id, s.supplier_name as supplier_name, 'insolvent' as alert_kind, r.insolvent_on as alert_on, r.insolvency_status as insolvency_status
    from suppliers s
    join register r on r.organisation_number = s.organisation_number
    where r.insolvent_on is not null
    union all
    select s.supplier_id as supplier_id, s.supplier_name as supplier_name, 'deregistered' as alert_kind, coalesce(s.deregistered_on, r.deregistered_on) as alert_on,
        cast(null as varchar) as insolvency_status
    from suppliers s
    left join register r on r.organisation_number = s.organisation_number
    where s.deregistered_on is not null or r.deregistered_on is not null
),
known as (
    select a.supplier_id as supplier_id, a.supplier_name as supplier_name, a.alert_kind as alert_kind, a.alert_on as alert_on, a.insolvency_status as insolvency_status
    from alerts a
    cross join run r
    where case when a.alert_on <= r.as_of_on then true else false end
),
bought as (
    select k.supplier_id as supplier_id, k.alert_kind as alert_kind,
        sum(case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then l.spend_net else 0 end) as trailing_net,
        sum(case when l.covered_on > k.alert_on then l.spend_net else 0 end) as spend_after_net,
        sum(case when l.covered_on > k.alert_on then 1 else 0 end) as line_after_count, max(l.covered_on) as last_on,
        count(distinct case when l.month_index > r.as_of_month_index - 12 and l.month_index <= r.as_of_month_index then l.category_code end) as category_count
    from known k
    join lines l on l.supplier_id = k.supplier_id
    cross join run r
    group by k.supplier_id, k.alert_kind
),
contracts as (
    select h.supplier_id as supplier_id, count(distinct h.contract_id) as live_contract_count, min(h.contract_id) as contract_ids
    from resolved.contract_supplier h
    join matched.contract_term t on t.contract_id = h.contract_id
    where t.is_live
    group by h.supplier_id
)
select
    k.supplier_id as supplier_id,
    k.supplier_name as supplier_name,
    k.alert_kind as alert_kind,
    k.alert_on as alert_on,
    k.insolvency_status as insolvency_status,
    coalesce(b.trailing_net, 0) as trailing_net,
    coalesce(b.spend_after_net, 0) as spend_after_net,
    coalesce(b.line_after_count, 0) as line_after_count,
    b.last_on as last_on,
    coalesce(b.category_count, 0) as category_count,
    coalesce(c.live_contract_count, 0) as live_contract_count,
    coalesce(c.contract_ids, '') as contract_ids
from known k
left join bought b on b.supplier_id = k.supplier_id and b.alert_kind = k.alert_kind
left join contracts c on c.supplier_id = k.supplier_id
order by supplier_id, alert_kind
