-- May a concept be compared over a window of years? One verdict for all provinces, from those of its consecutive years.
with releases as (
    select * from {{ ref('dim_release') }}
    where is_current and has_all_provinces
),

pairs as (
    select * from {{ ref('int_indicator_pair') }}
),

windows as (
    select
        later.index_id,
        earlier.year as from_year,
        later.year as to_year,
        later.method
    from releases as later
    inner join releases as earlier on later.index_id = earlier.index_id and later.year > earlier.year
),

years as (
    select distinct
        index_id,
        year
    from pairs
),

due as (
    select
        windows.index_id,
        windows.from_year,
        windows.to_year,
        count(*) as n_years
    from windows
    inner join years
        on
            windows.index_id = years.index_id
            and windows.from_year < years.year
            and windows.to_year >= years.year
    group by windows.index_id, windows.from_year, windows.to_year
),

spans as (
    select
        index_id,
        windows.from_year,
        windows.to_year,
        windows.method,
        pairs.indicator_key,
        count(*) as n_years,
        count(*) filter (where pairs.is_measured_before) as n_measured,
        count(*) filter (where pairs.is_broken) as n_broken,
        min(pairs.year) filter (where pairs.break_reason is not null) as first_broken_year,
        max(case pairs.break_certainty when 'solid' then 3 when 'likely' then 2 when 'uncertain' then 1 end) as surety
    from windows
    inner join pairs using (index_id)
    where windows.from_year < pairs.year and windows.to_year >= pairs.year
    group by index_id, windows.from_year, windows.to_year, windows.method, pairs.indicator_key
)

select
    spans.index_id,
    spans.from_year,
    spans.to_year,
    spans.method,
    spans.indicator_key,
    spans.n_measured = due.n_years as is_measured_all_through,
    spans.n_broken > 0 as is_broken,
    -- A year held without the concept ends the comparison; else the first reason that the years give does.
    case
        when spans.n_years < due.n_years then 'not_measured_before'
        else pairs.break_reason
    end as break_reason,
    -- That of the surest year.
    case
        when spans.n_years < due.n_years or spans.surety = 3 then 'solid'
        when spans.surety = 2 then 'likely'
        when spans.surety = 1 then 'uncertain'
    end as break_certainty,
    case when spans.n_years = due.n_years then pairs.break_decided_on end as break_decided_on
from spans
inner join due
    on
        spans.index_id = due.index_id
        and spans.from_year = due.from_year
        and spans.to_year = due.to_year
left join pairs
    on
        spans.index_id = pairs.index_id
        and spans.indicator_key = pairs.indicator_key
        and spans.first_broken_year = pairs.year
