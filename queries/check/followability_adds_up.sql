-- what: The fields of a contract that are marked as filled are as many as it is said to have.
with counted as (
    select contract_id, followable_field_count,
        case when has_organisation_number then 1 else 0 end + case when has_start then 1 else 0 end + case when has_end then 1 else 0 end
            + case when has_ceiling then 1 else 0 end + case when has_category then 1 else 0 end + case when has_unit then 1 else 0 end
            + case when has_price_list then 1 else 0 end + case when has_code_statement then 1 else 0 end + case when has_owner then 1 else 0 end as field_count
    from metric.contract_followability
)
select contract_id, followable_field_count, field_count
from counted
where followable_field_count <> field_count
order by contract_id
