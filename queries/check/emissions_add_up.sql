-- what: For each method and year, categories add up to the row of all, and every method is about the same spend.
with parts as (
    select method_code, year_number, sum(spend_net) as spend_net, sum(covered_spend_net) as covered_spend_net
    from metric.emission_category
    where category_code <> 'all'
    group by method_code, year_number
),
totals as (
    select method_code, year_number, spend_net, covered_spend_net
    from metric.emission_category
    where category_code = 'all'
),
lines as (
    select c.year_number as year_number, sum(l.spend_net) as spend_net
    from matched.spend l
    join rule.calendar c on c.month_index = l.month_index
    where l.is_addressable
    group by c.year_number
)
select t.method_code as method_code, t.year_number as year_number, t.spend_net as spend_net, p.spend_net as parts_net, l.spend_net as expected_net
from totals t
join parts p on p.method_code = t.method_code and p.year_number = t.year_number
join lines l on l.year_number = t.year_number
where t.spend_net <> p.spend_net or t.covered_spend_net <> p.covered_spend_net or t.spend_net <> l.spend_net
order by method_code, year_number
