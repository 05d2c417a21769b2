-- what: What was called off month by month adds up to what is called off of the ceiling.
with months as (
    select contract_id, sum(called_off_net) as called_off_net
    from metric.ceiling_month
    group by contract_id
),
whole as (
    select contract_id, burned_net
    from metric.ceiling_utilisation
    where ceiling_status = 'on_file'
)
select w.contract_id as contract_id, coalesce(m.called_off_net, 0) as found_net, w.burned_net as expected_net
from whole w
left join months m on m.contract_id = w.contract_id
where coalesce(m.called_off_net, 0) <> w.burned_net
order by contract_id
