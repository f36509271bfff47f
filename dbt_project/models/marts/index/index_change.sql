-- Every change between two years, split into parts that sum to it, and whether it is more than noise.
with parts as (
    select * from {{ ref('int_change_part') }}
),

scores as (
    select * from {{ ref('int_score_current') }}
    where is_field
),

verdicts as (
    select * from {{ ref('int_indicator_window') }}
),

errors as (
    select * from {{ ref('int_score_error') }}
),

-- A part counts towards itself, its dimension and the total; one that is not summed, towards itself alone.
counted as (
    select
        parts.*,
        parts.indicator_key as counts_for
    from parts
    union all
    select
        parts.*,
        parts.parent_key as counts_for
    from parts
    where parts.parent_key is not null
    union all
    select
        parts.*,
        'total' as counts_for
    from parts
    where parts.parent_key is not null
),

summed as (
    select
        index_id,
        from_year,
        to_year,
        province_key,
        counts_for as indicator_key,
        case when count(contribution) = count(*) then sum(contribution) end as contribution,
        case when count(contribution) = count(*) then sum(rescale_part) end as rescale_part,
        case when count(contribution) = count(*) then sum(measurement_part) end as measurement_part,
        case when count(contribution) = count(*) then sum(national_part) end as national_part,
        sum(field_change) as field_change,
        min(n_common) as n_common,
        count(*) as n_parts,
        count(case when is_measurement then 1 end) as n_measurement_parts
    from counted
    group by index_id, from_year, to_year, province_key, counts_for
),

-- A concept without a verdict was measured in the first year alone.
judged as (
    select
        summed.*,
        case when verdicts.indicator_key is null then 'not_measured_before' else verdicts.break_reason end
            as break_reason
    from summed
    left join verdicts
        on
            summed.index_id = verdicts.index_id
            and summed.from_year = verdicts.from_year
            and summed.to_year = verdicts.to_year
            and summed.indicator_key = verdicts.indicator_key
),

ends as (
    select
        judged.*,
        coalesce(later.code, earlier.code) as code,
        coalesce(later.level, earlier.level) as level,
        coalesce(later.parent_key, earlier.parent_key) as parent_key,
        earlier.score as score_from,
        later.score as score_to,
        case
            when later.indicator_key is null or later.obs_status = 'M' then 'not_measured'
            else {{ comparable_reason('later.obs_status', "coalesce(earlier.obs_status, 'M')", 'judged.break_reason') }}
        end as comparable_reason
    from judged
    left join scores as earlier
        on
            judged.index_id = earlier.index_id
            and judged.from_year = earlier.year
            and judged.province_key = earlier.province_key
            and judged.indicator_key = earlier.indicator_key
    left join scores as later
        on
            judged.index_id = later.index_id
            and judged.to_year = later.year
            and judged.province_key = later.province_key
            and judged.indicator_key = later.indicator_key
),

tested as (
    select
        ends.*,
        case
            when ends.comparable_reason is null
                then sqrt(
                    error_from.standard_error * error_from.standard_error
                    + error_to.standard_error * error_to.standard_error
                )
        end as standard_error,
        case
            when ends.comparable_reason is not null then null
            when error_from.error_source = error_to.error_source then error_to.error_source
            else 'mixed'
        end as error_source
    from ends
    left join errors as error_from
        on
            ends.index_id = error_from.index_id
            and ends.from_year = error_from.year
            and ends.province_key = error_from.province_key
            and ends.indicator_key = error_from.indicator_key
    left join errors as error_to
        on
            ends.index_id = error_to.index_id
            and ends.to_year = error_to.year
            and ends.province_key = error_to.province_key
            and ends.indicator_key = error_to.indicator_key
),

scored as (
    select
        tested.*,
        case
            when tested.standard_error > 0
                then cast(tested.contribution as double precision) / tested.standard_error
        end as z
    from tested
),

by_chance as (
    select
        scored.*,
        case when scored.z is not null then {{ two_sided_p('scored.z') }} end as p_value
    from scored
),

-- Benjamini and Hochberg: of what is called clear among the measures of a level, at most this share is chance.
placed as (
    select
        index_id,
        from_year,
        to_year,
        province_key,
        indicator_key,
        level,
        p_value,
        rank() over (partition by index_id, from_year, to_year, province_key, level order by p_value) as place,
        count(*) over (partition by index_id, from_year, to_year, province_key, level) as n_tested
    from by_chance
    where p_value is not null
),

thresholds as (
    select
        index_id,
        from_year,
        to_year,
        province_key,
        level,
        max(p_value) as p_threshold
    from placed
    where p_value <= {{ var('false_discovery_rate') }} * place / n_tested
    group by index_id, from_year, to_year, province_key, level
),

-- A total that is its own only part is no sum, and nothing has a share of it.
totals as (
    select
        index_id,
        from_year,
        to_year,
        province_key,
        contribution
    from summed
    where
        indicator_key = 'total'
        and n_parts > 1
        and abs(contribution) >= {{ var('smallest_change_to_share') }}
)

select
    by_chance.index_id,
    by_chance.indicator_key,
    cast(by_chance.from_year as integer) as from_year,
    cast(by_chance.to_year as integer) as to_year,
    by_chance.province_key,
    by_chance.code,
    by_chance.level,
    by_chance.parent_key,
    by_chance.score_from,
    by_chance.score_to,
    cast(by_chance.score_to - by_chance.score_from as decimal(15, 9)) as change,
    cast(round(by_chance.score_to, 2) - round(by_chance.score_from, 2) as decimal(9, 2)) as change_printed,
    cast(by_chance.contribution as decimal(15, 9)) as contribution,
    cast(
        by_chance.contribution - by_chance.national_part - by_chance.measurement_part - by_chance.rescale_part
        as decimal(15, 9)
    ) as own_part,
    cast(by_chance.national_part as decimal(15, 9)) as national_part,
    cast(by_chance.measurement_part as decimal(15, 9)) as measurement_part,
    cast(by_chance.rescale_part as decimal(15, 9)) as rescale_part,
    cast(by_chance.field_change as decimal(15, 9)) as field_change,
    cast(by_chance.n_common as integer) as n_common,
    cast(by_chance.n_parts as integer) as n_parts,
    cast(by_chance.n_measurement_parts as integer) as n_measurement_parts,
    cast(
        cast(by_chance.contribution as double precision) / totals.contribution as decimal(15, 6)
    ) as contribution_share,
    by_chance.comparable_reason,
    cast(by_chance.standard_error as decimal(15, 9)) as standard_error,
    by_chance.error_source,
    cast(by_chance.z as decimal(15, 6)) as z,
    case
        when by_chance.comparable_reason is not null then 'not_comparable'
        when by_chance.p_value <= thresholds.p_threshold then 'clear'
        else 'unclear'
    end as significance
from by_chance
left join totals
    on
        by_chance.index_id = totals.index_id
        and by_chance.from_year = totals.from_year
        and by_chance.to_year = totals.to_year
        and by_chance.province_key = totals.province_key
left join thresholds
    on
        by_chance.index_id = thresholds.index_id
        and by_chance.from_year = thresholds.from_year
        and by_chance.to_year = thresholds.to_year
        and by_chance.province_key = thresholds.province_key
        and by_chance.level = thresholds.level
