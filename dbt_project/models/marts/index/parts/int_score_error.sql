-- The standard error of each published score: the publisher's where a release states one, else what three waves of the
-- same measure allow, which also holds shocks of one year and so is an upper bound of the survey's own.
with scores as (
    select * from {{ ref('int_score_current') }}
    where is_field and score is not null
),

spread as (
    select
        index_id,
        year,
        indicator_key,
        cast(stddev_samp(cast(score as double precision)) as decimal(15, 9)) as standard_deviation
    from scores
    group by index_id, year, indicator_key
),

stated as (
    select
        release_id,
        province_key,
        indicator_key,
        coalesce(
            cast(standard_error as double precision),
            cast(ci_high - ci_low as double precision)
            / (2 * case interval_pct_stated when 90 then 1.645 when 95 then 1.960 when 99 then 2.576 end)
        ) as standard_error
    from {{ ref('fct_score_interval') }}
)

select
    index_id,
    year,
    province_key,
    indicator_key,
    cast(
        coalesce(stated.standard_error, spread.standard_deviation * sqrt(1 - reliability.reliability))
        as decimal(15, 9)
    ) as standard_error,
    case
        when stated.standard_error is not null then 'published'
        when reliability.reliability is not null then 'three_waves'
        else 'unknown'
    end as error_source
from scores
inner join spread using (index_id, year, indicator_key)
left join {{ ref('int_indicator_reliability') }} as reliability using (index_id, indicator_key)
left join stated using (release_id, province_key, indicator_key)
