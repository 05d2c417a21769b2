-- title: Misstänkta dubbletter av fakturor | Suspected duplicate invoices
-- what: Invoices that agree with an earlier one in at least three of supplier, number, date and amount, after reversals are netted, or nearly so: the number but for letters, look-alikes or two swapped digits, the amount but for VAT or a decimal mark; each with the test that found it and what else could explain it.
-- why: A double payment can be claimed back, but only when the list is short and honest enough to be read.
-- caution: Vanliga oskyldiga orsaker: en faktura bokförd i delar, nummerserier som börjar om, månadsavgifter med samma belopp, delleveranser. | Common innocent causes: one invoice booked in parts, number series that start again, monthly fees of the same amount, part deliveries.
-- grain: one suspected duplicate, with the first invoice that it repeats
-- key: line_id
-- column: line_id text! First line of the suspected duplicate, as `explain` takes it.
-- column: original_line_id text! First line of the invoice that it repeats.
-- column: test_code text! all_same, date_differs, supplier_differs, number_cleaned (same but for letters, leading noughts, O for 0 or I for 1), number_swapped (two neighbouring digits), gross_net (one amount is the other with VAT, by parameters vat_ratio_*), factor_ten (10 or 100 times), number_differs or amount_differs: the strictest test that found it.
-- column: test_order int! 1 for the strictest.
-- column: confidence_band text! high, medium or low.
-- column: false_positive_cause text! What else could explain it: booked_in_parts, number_series_restarted, coinciding_numbers, two_series, recurring_fee, part_delivery.
-- column: supplier_id text! Supplier.
-- column: supplier_name text! Its name.
-- column: original_supplier_id text! Supplier of the first.
-- column: invoice_number text Number as printed.
-- column: original_invoice_number text Number of the first.
-- column: document_on date! Invoice date, else booking date.
-- column: original_document_on date! That of the first.
-- column: day_count int! Days between them.
-- column: voucher_number text Voucher.
-- column: original_voucher_number text Voucher of the first.
-- column: organisational_unit_id text! Unit of the first line.
-- column: original_unit_id text! Unit of the first.
-- column: period text! Month.
-- column: amount_net money! Amount excluding VAT, in its currency.
-- column: original_amount_net money! That of the first.
-- column: currency text! Currency.
-- column: similar_count int! Invoices of the supplier with this very amount that were not reversed: many = a recurring fee.
-- chart: table
-- policy: 4, 21
-- source: tests as in payment audits (same supplier, number, date, amount; then one of them differing); reversals first, since audits found most candidates reversed. Invoices without a number are not tested; two bookings with the same number, date and voucher look like one.
with lines as (
    select line_id, supplier_id, supplier_name, vendor_key, coalesce(invoice_number_normalised, '') as number, invoice_number, coalesce(voucher_number, '') as voucher_number,
        coalesce(invoice_on, booked_on) as document_on, coalesce(booked_on, invoice_on) as booked_on, currency, organisational_unit_id, period, net_amount
    from matched.spend
    where is_addressable or exclusion = 'public_body' or exclusion = 'internal'
),
hidden as (
    select vendor_key
    from resolved.vendor_supplier
    where finding = 'redacted' or finding = 'placeholder'
),
days as (
    select day_on, day_index
    from rule.day
),
parameters as (
    select
        max(case when parameter_code = 'duplicate_amount_min' then parameter_value end) as amount_min,
        max(case when parameter_code = 'duplicate_days_max' then parameter_value end) as days_max,
        max(case when parameter_code = 'duplicate_number_length_min' then parameter_value end) as number_length_min,
        max(case when parameter_code = 'duplicate_cleaned_length_min' then parameter_value end) as cleaned_length_min,
        max(case when parameter_code = 'duplicate_recurring_min' then parameter_value end) as recurring_min
    from rule.parameter
),
vat_ratios as (
    select parameter_value as vat_ratio
    from rule.parameter
    where parameter_code = 'vat_ratio_standard' or parameter_code = 'vat_ratio_reduced' or parameter_code = 'vat_ratio_low'
),
all_documents as (
    select supplier_id, vendor_key, number, voucher_number, document_on, booked_on, currency, min(line_id) as line_id, sum(net_amount) as amount_net
    from lines
    where document_on is not null
    group by supplier_id, vendor_key, number, voucher_number, document_on, booked_on, currency
),
documents as (
    select d.supplier_id as supplier_id, d.number as number, d.document_on as document_on, d.booked_on as booked_on, d.currency as currency, d.line_id as line_id,
        d.amount_net as amount_net
    from all_documents d
    left join hidden h on h.vendor_key = d.vendor_key
    where h.vendor_key is null
),
credit_documents as (
    select supplier_id, currency, -amount_net as amount_net, number
    from documents
    where amount_net < 0
),
credits as (
    select supplier_id, currency, amount_net, count(*) as credit_count
    from credit_documents
    group by supplier_id, currency, amount_net
),
credit_numbers as (
    select distinct supplier_id, currency, amount_net, number
    from credit_documents
    where number <> ''
),
invoices as (
    select d.supplier_id as supplier_id, d.number as number, d.document_on as document_on, d.booked_on as booked_on, d.currency as currency, d.line_id as line_id,
        d.amount_net as amount_net, coalesce(c.credit_count, 0) as credit_count
    from documents d
    left join credits c on c.supplier_id = d.supplier_id and c.currency = d.currency and c.amount_net = d.amount_net
    where d.amount_net > 0
),
-- Each credit note takes away one invoice of its amount: one of its own number first, then the latest.
credited as (
    select i.supplier_id as supplier_id, i.number as number, i.document_on as document_on, i.booked_on as booked_on, i.currency as currency, i.line_id as line_id,
        i.amount_net as amount_net, i.credit_count as credit_count, case when n.number is null then 1 else 0 end as credit_order, -a.day_index as negative_day_index
    from invoices i
    join days a on a.day_on = i.document_on
    left join credit_numbers n on n.supplier_id = i.supplier_id and n.currency = i.currency and n.amount_net = i.amount_net and n.number = i.number
    where i.credit_count > 0
),
reversals as (
    select supplier_id, number, document_on, booked_on, currency, line_id, amount_net, credit_count,
        row_number() over (partition by supplier_id, currency, amount_net order by credit_order, negative_day_index, line_id) as reversal_rank
    from credited
),
unreversed as (
    select supplier_id, number, document_on, booked_on, currency, line_id, amount_net
    from invoices
    where credit_count = 0
    union all
    select supplier_id, number, document_on, booked_on, currency, line_id, amount_net
    from reversals
    where reversal_rank > credit_count
),
live as (
    select u.supplier_id as supplier_id, u.number as number, u.document_on as document_on, u.booked_on as booked_on, u.currency as currency, u.line_id as line_id,
        u.amount_net as amount_net
    from unreversed u
    cross join parameters p
    where u.number <> '' and case when cast(u.amount_net as double) >= p.amount_min then true else false end
),
number_repeated as (
    select supplier_id, number, currency, count(*) as document_count
    from live
    group by supplier_id, number, currency
),
number_documents as (
    select l.line_id as line_id, l.supplier_id as supplier_id, l.number as number, l.amount_net as amount_net, l.document_on as document_on,
        a.day_index as day_index, b.day_index as booked_index, l.currency as currency
    from live l
    join number_repeated r on r.supplier_id = l.supplier_id and r.number = l.number and r.currency = l.currency
    join days a on a.day_on = l.document_on
    join days b on b.day_on = l.booked_on
    where r.document_count > 1
),
amount_repeated as (
    select supplier_id, amount_net, document_on, currency, count(*) as document_count
    from live
    group by supplier_id, amount_net, document_on, currency
),
amount_documents as (
    select l.line_id as line_id, l.supplier_id as supplier_id, l.number as number, l.amount_net as amount_net, l.document_on as document_on,
        a.day_index as day_index, b.day_index as booked_index, l.currency as currency
    from live l
    join amount_repeated r on r.supplier_id = l.supplier_id and r.amount_net = l.amount_net and r.document_on = l.document_on and r.currency = l.currency
    join days a on a.day_on = l.document_on
    join days b on b.day_on = l.booked_on
    where r.document_count > 1
),
across_repeated as (
    select number, amount_net, document_on, currency, count(*) as document_count
    from live
    group by number, amount_net, document_on, currency
),
across_documents as (
    select l.line_id as line_id, l.supplier_id as supplier_id, l.number as number, l.amount_net as amount_net, l.document_on as document_on,
        a.day_index as day_index, b.day_index as booked_index, l.currency as currency
    from live l
    join across_repeated r on r.number = l.number and r.amount_net = l.amount_net and r.document_on = l.document_on and r.currency = l.currency
    join days a on a.day_on = l.document_on
    join days b on b.day_on = l.booked_on
    where r.document_count > 1
),
all_same_ranks as (
    select line_id, supplier_id, number, amount_net, document_on, day_index, currency,
        row_number() over (partition by supplier_id, number, amount_net, document_on, currency order by day_index, booked_index, line_id) as document_rank
    from number_documents
),
all_same as (
    select 1 as test_order, 'all_same' as test_code, d.line_id as line_id, o.line_id as original_line_id, d.day_index - o.day_index as day_count,
        d.supplier_id as supplier_id, o.supplier_id as original_supplier_id, d.document_on as document_on, o.document_on as original_document_on,
        d.amount_net as amount_net, o.amount_net as original_amount_net, d.currency as currency
    from all_same_ranks d
    join all_same_ranks o on o.supplier_id = d.supplier_id and o.number = d.number and o.amount_net = d.amount_net and o.document_on = d.document_on and o.currency = d.currency
    where o.document_rank = 1 and d.document_rank > 1
),
date_differs_ranks as (
    select line_id, supplier_id, number, amount_net, document_on, day_index, currency,
        row_number() over (partition by supplier_id, number, amount_net, currency order by day_index, booked_index, line_id) as document_rank
    from number_documents
),
date_differs as (
    select 2 as test_order, 'date_differs' as test_code, d.line_id as line_id, o.line_id as original_line_id, d.day_index - o.day_index as day_count,
        d.supplier_id as supplier_id, o.supplier_id as original_supplier_id, d.document_on as document_on, o.document_on as original_document_on,
        d.amount_net as amount_net, o.amount_net as original_amount_net, d.currency as currency
    from date_differs_ranks d
    join date_differs_ranks o on o.supplier_id = d.supplier_id and o.number = d.number and o.amount_net = d.amount_net and o.currency = d.currency
    cross join parameters p
    where o.document_rank = 1 and d.document_rank > 1
        and d.document_on <> o.document_on and case when cast(d.day_index - o.day_index as double) <= p.days_max then true else false end
),
supplier_differs_ranks as (
    select line_id, supplier_id, number, amount_net, document_on, day_index, currency,
        row_number() over (partition by number, amount_net, document_on, currency order by day_index, booked_index, line_id) as document_rank
    from across_documents
),
supplier_differs as (
    select 3 as test_order, 'supplier_differs' as test_code, d.line_id as line_id, o.line_id as original_line_id, d.day_index - o.day_index as day_count,
        d.supplier_id as supplier_id, o.supplier_id as original_supplier_id, d.document_on as document_on, o.document_on as original_document_on,
        d.amount_net as amount_net, o.amount_net as original_amount_net, d.currency as currency
    from supplier_differs_ranks d
    join supplier_differs_ranks o on o.number = d.number and o.amount_net = d.amount_net and o.document_on = d.document_on and o.currency = d.currency
    cross join parameters p
    where o.document_rank = 1 and d.document_rank > 1
        and d.supplier_id <> o.supplier_id and case when cast(length(d.number) as double) >= p.number_length_min then true else false end
),
number_differs_ranks as (
    select line_id, supplier_id, number, amount_net, document_on, day_index, currency,
        row_number() over (partition by supplier_id, amount_net, document_on, currency order by day_index, booked_index, line_id) as document_rank
    from amount_documents
),
number_differs as (
    select 8 as test_order, 'number_differs' as test_code, d.line_id as line_id, o.line_id as original_line_id, d.day_index - o.day_index as day_count,
        d.supplier_id as supplier_id, o.supplier_id as original_supplier_id, d.document_on as document_on, o.document_on as original_document_on,
        d.amount_net as amount_net, o.amount_net as original_amount_net, d.currency as currency
    from number_differs_ranks d
    join number_differs_ranks o on o.supplier_id = d.supplier_id and o.amount_net = d.amount_net and o.document_on = d.document_on and o.currency = d.currency
    where o.document_rank = 1 and d.document_rank > 1
        and d.number <> o.number
),
amount_differs_ranks as (
    select line_id, supplier_id, number, amount_net, document_on, day_index, currency,
        row_number() over (partition by supplier_id, number, document_on, currency order by day_index, booked_index, line_id) as document_rank
    from number_documents
),
amount_differs as (
    select 9 as test_order, 'amount_differs' as test_code, d.line_id as line_id, o.line_id as original_line_id, d.day_index - o.day_index as day_count,
        d.supplier_id as supplier_id, o.supplier_id as original_supplier_id, d.document_on as document_on, o.document_on as original_document_on,
        d.amount_net as amount_net, o.amount_net as original_amount_net, d.currency as currency
    from amount_differs_ranks d
    join amount_differs_ranks o on o.supplier_id = d.supplier_id and o.number = d.number and o.document_on = d.document_on and o.currency = d.currency
    where o.document_rank = 1 and d.document_rank > 1
        and d.amount_net <> o.amount_net
),
same_amount_repeated as (
    select supplier_id, amount_net, currency, count(*) as document_count
    from live
    group by supplier_id, amount_net, currency
),
same_amount_documents as (
    select l.line_id as line_id, l.supplier_id as supplier_id, l.number as number, l.amount_net as amount_net, l.document_on as document_on,
        a.day_index as day_index, b.day_index as booked_index, l.currency as currency
    from live l
    join same_amount_repeated r on r.supplier_id = l.supplier_id and r.amount_net = l.amount_net and r.currency = l.currency
    join days a on a.day_on = l.document_on
    join days b on b.day_on = l.booked_on
    where r.document_count > 1
),
-- Digits alone, leading noughts off; and the number with letters that look like digits read as those.
cleaned_documents as (
    select d.line_id as line_id, d.supplier_id as supplier_id, d.number as number, d.amount_net as amount_net, d.document_on as document_on, d.day_index as day_index,
        d.booked_index as booked_index, d.currency as currency,
        'digits ' || ltrim(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(d.number, 'A', ''), 'B', ''), 'C', ''), 'D', ''), 'E', ''), 'F', ''), 'G', ''), 'H', ''), 'I', ''), 'J', ''), 'K', ''), 'L', ''), 'M', ''), 'N', ''), 'O', ''), 'P', ''), 'Q', ''), 'R', ''), 'S', ''), 'T', ''), 'U', ''), 'V', ''), 'W', ''), 'X', ''), 'Y', ''), 'Z', ''), 'Å', ''), 'Ä', ''), 'Ö', ''), '0')
            as cleaned_number
    from same_amount_documents d
    union all
    select line_id, supplier_id, number, amount_net, document_on, day_index, booked_index, currency,
        'alike ' || ltrim(replace(replace(replace(number, 'O', '0'), 'I', '1'), 'L', '1'), '0') as cleaned_number
    from same_amount_documents
),
cleaned_ranks as (
    select d.line_id as line_id, d.supplier_id as supplier_id, d.number as number, d.amount_net as amount_net, d.document_on as document_on, d.day_index as day_index,
        d.currency as currency, d.cleaned_number as cleaned_number,
        row_number() over (partition by d.supplier_id, d.amount_net, d.currency, d.cleaned_number order by d.day_index, d.booked_index, d.line_id) as document_rank
    from cleaned_documents d
    cross join parameters p
    where case when cast(length(split_part(d.cleaned_number, ' ', 2)) as double) >= p.cleaned_length_min then true else false end
),
number_cleaned as (
    select 4 as test_order, 'number_cleaned' as test_code, d.line_id as line_id, o.line_id as original_line_id, d.day_index - o.day_index as day_count,
        d.supplier_id as supplier_id, o.supplier_id as original_supplier_id, d.document_on as document_on, o.document_on as original_document_on,
        d.amount_net as amount_net, o.amount_net as original_amount_net, d.currency as currency
    from cleaned_ranks d
    join cleaned_ranks o on o.supplier_id = d.supplier_id and o.amount_net = d.amount_net and o.currency = d.currency and o.cleaned_number = d.cleaned_number
    cross join parameters p
    where o.document_rank = 1 and d.document_rank > 1 and d.number <> o.number and case when cast(d.day_index - o.day_index as double) <= p.days_max then true else false end
),
-- Two numbers of the same digits, equal but for two neighbours.
digit_documents as (
    select d.line_id as line_id, d.supplier_id as supplier_id, d.number as number, d.amount_net as amount_net, d.document_on as document_on, d.day_index as day_index,
        d.booked_index as booked_index, d.currency as currency
    from same_amount_documents d
    cross join parameters p
    where case when cast(length(d.number) as double) >= p.number_length_min then true else false end
),
signed_documents as (
    select line_id, supplier_id, number, amount_net, document_on, day_index, booked_index, currency,
        cast(length(number) - length(replace(number, '0', '')) as varchar) || '.' || cast(length(number) - length(replace(number, '1', '')) as varchar) || '.' || cast(length(number) - length(replace(number, '2', '')) as varchar) || '.' || cast(length(number) - length(replace(number, '3', '')) as varchar) || '.' || cast(length(number) - length(replace(number, '4', '')) as varchar) || '.' || cast(length(number) - length(replace(number, '5', '')) as varchar) || '.' || cast(length(number) - length(replace(number, '6', '')) as varchar) || '.' || cast(length(number) - length(replace(number, '7', '')) as varchar) || '.' || cast(length(number) - length(replace(number, '8', '')) as varchar) || '.' || cast(length(number) - length(replace(number, '9', '')) as varchar) || '.' || cast(length(number) as varchar) as digit_signature
    from digit_documents
),
positions as (
    select day_index as position
    from days
    where day_index >= 1 and day_index <= 30
),
swapped_pairs as (
    select d.line_id as line_id, o.line_id as original_line_id, d.number as number, o.number as original_number, d.day_index - o.day_index as day_count,
        d.supplier_id as supplier_id, o.supplier_id as original_supplier_id, d.document_on as document_on, o.document_on as original_document_on,
        d.amount_net as amount_net, o.amount_net as original_amount_net, d.currency as currency
    from signed_documents d
    join signed_documents o on o.supplier_id = d.supplier_id and o.amount_net = d.amount_net and o.currency = d.currency and o.digit_signature = d.digit_signature
    cross join parameters p
    where d.number <> o.number and (d.day_index > o.day_index or (d.day_index = o.day_index and d.line_id > o.line_id))
        and case when cast(d.day_index - o.day_index as double) <= p.days_max then true else false end
),
number_swapped as (
    select 5 as test_order, 'number_swapped' as test_code, d.line_id as line_id, d.original_line_id as original_line_id, d.day_count as day_count,
        d.supplier_id as supplier_id, d.original_supplier_id as original_supplier_id, d.document_on as document_on, d.original_document_on as original_document_on,
        d.amount_net as amount_net, d.original_amount_net as original_amount_net, d.currency as currency
    from swapped_pairs d
    cross join positions n
    where case
        when n.position >= length(d.number) then false
        when substr(d.number, 1, n.position - 1) <> substr(d.original_number, 1, n.position - 1) then false
        when substr(d.number, n.position, 1) <> substr(d.original_number, n.position + 1, 1) then false
        when substr(d.number, n.position + 1, 1) <> substr(d.original_number, n.position, 1) then false
        else substr(d.number, n.position + 2, 30) = substr(d.original_number, n.position + 2, 30)
    end
),
same_number_ranks as (
    select line_id, supplier_id, number, amount_net, document_on, day_index, currency,
        row_number() over (partition by supplier_id, number, currency order by day_index, booked_index, line_id) as document_rank
    from number_documents
),
-- The other amount to the öre: VAT rounded up or down, or the decimal mark one or two places off.
scaled_pairs as (
    select d.line_id as line_id, o.line_id as original_line_id, d.day_index - o.day_index as day_count,
        d.supplier_id as supplier_id, o.supplier_id as original_supplier_id, d.document_on as document_on, o.document_on as original_document_on,
        d.amount_net as amount_net, o.amount_net as original_amount_net, d.currency as currency,
        cast(d.amount_net as double) as amount, cast(o.amount_net as double) as original_amount
    from same_number_ranks d
    join same_number_ranks o on o.supplier_id = d.supplier_id and o.number = d.number and o.currency = d.currency
    cross join parameters p
    where o.document_rank = 1 and d.document_rank > 1
        and d.amount_net <> o.amount_net and case when cast(d.day_index - o.day_index as double) <= p.days_max then true else false end
),
gross_net as (
    select 6 as test_order, 'gross_net' as test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on,
        amount_net, original_amount_net, currency
    from scaled_pairs
    cross join vat_ratios v
    where abs(amount - (1 + v.vat_ratio) * original_amount) < 0.015 or abs(original_amount - (1 + v.vat_ratio) * amount) < 0.015
),
factor_ten as (
    select 7 as test_order, 'factor_ten' as test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on,
        amount_net, original_amount_net, currency
    from scaled_pairs
    where abs(amount - 10 * original_amount) < 0.005 or abs(original_amount - 10 * amount) < 0.005
        or abs(amount - 100 * original_amount) < 0.005 or abs(original_amount - 100 * amount) < 0.005
),
candidates as (
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from all_same
    union all
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from date_differs
    union all
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from supplier_differs
    union all
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from number_differs
    union all
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from amount_differs
    union all
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from number_cleaned
    union all
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from number_swapped
    union all
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from gross_net
    union all
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from factor_ten
),
strictest as (
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency,
        row_number() over (partition by line_id order by test_order, original_line_id) as candidate_rank
    from candidates
),
found as (
    select test_order, test_code, line_id, original_line_id, day_count, supplier_id, original_supplier_id, document_on, original_document_on, amount_net, original_amount_net, currency
    from strictest
    where candidate_rank = 1
),
same_amounts as (
    select supplier_id, currency, amount_net, count(*) as similar_count
    from unreversed
    group by supplier_id, currency, amount_net
),
details as (
    select line_id, supplier_name, invoice_number, nullif(voucher_number, '') as voucher_number, organisational_unit_id, period
    from lines
)
select
    f.line_id as line_id,
    f.original_line_id as original_line_id,
    f.test_code as test_code,
    f.test_order as test_order,
    case
        when f.test_order = 1 then 'high'
        when (f.test_code = 'number_differs' or f.test_code = 'number_cleaned' or f.test_code = 'number_swapped') and cast(s.similar_count as double) >= p.recurring_min then 'low'
        when f.test_code = 'amount_differs' then 'low'
        else 'medium'
    end as confidence_band,
    case f.test_code
        when 'all_same' then 'booked_in_parts'
        when 'date_differs' then 'number_series_restarted'
        when 'supplier_differs' then 'coinciding_numbers'
        when 'number_cleaned' then 'two_series'
        when 'number_swapped' then 'recurring_fee'
        when 'factor_ten' then 'part_delivery'
        when 'number_differs' then 'recurring_fee'
        else 'booked_in_parts'
    end as false_positive_cause,
    f.supplier_id as supplier_id,
    x.supplier_name as supplier_name,
    f.original_supplier_id as original_supplier_id,
    x.invoice_number as invoice_number,
    y.invoice_number as original_invoice_number,
    f.document_on as document_on,
    f.original_document_on as original_document_on,
    f.day_count as day_count,
    x.voucher_number as voucher_number,
    y.voucher_number as original_voucher_number,
    x.organisational_unit_id as organisational_unit_id,
    y.organisational_unit_id as original_unit_id,
    x.period as period,
    f.amount_net as amount_net,
    f.original_amount_net as original_amount_net,
    f.currency as currency,
    s.similar_count as similar_count
from found f
join same_amounts s on s.supplier_id = f.supplier_id and s.currency = f.currency and s.amount_net = f.amount_net
join details x on x.line_id = f.line_id
join details y on y.line_id = f.original_line_id
cross join parameters p
order by test_order, supplier_id, line_id
