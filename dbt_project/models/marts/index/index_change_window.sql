-- Every change between two years, split into parts that sum to it, and whether it is more than noise.
with parts as (
    select * from {{ ref('int_change_part') }}
),

-- The scores of either end of a window, with their errors.
scores as (
    select
        current_score.*,
        errors.standard_error,
        errors.error_source
    from {{ ref('int_score_current') }} as current_score
    left join {{ ref('int_score_error') }} as errors using (index_id, year, province_key, indicator_key)
    where current_score.is_field
),

-- A part counts towards itself, its dimension and the total; one that is not summed, towards itself alone.
counted as (
    select
        *,
        indicator_key as counts_for
    from parts
    union all
    select
        *,
        parent_key as counts_for
    from parts
    where parent_key is not null
    union all
    select
        *,
        'total' as counts_for
    from parts
    where parent_key is not null
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
        case
            when count(contribution) = count(*) then sum(case when is_uncertain then measurement_part else 0 end)
        end as uncertain_part,
        case when count(contribution) = count(*) then sum(national_part) end as national_part,
        sum(field_change) as field_change,
        min(n_common) as n_common,
        count(*) as n_parts,
        count(*) filter (where is_measurement) as n_measurement_parts
    from counted
    group by index_id, from_year, to_year, province_key, counts_for
),

ends as (
    select
        summed.*,
        coalesce(later.code, earlier.code) as code,
        coalesce(later.level, earlier.level) as level,
        coalesce(later.parent_key, earlier.parent_key) as parent_key,
        earlier.score as score_from,
        later.score as score_to,
        earlier.standard_error * earlier.standard_error + later.standard_error * later.standard_error as variance,
        case when earlier.error_source = later.error_source then later.error_source else 'mixed' end as error_source,
        case
            when later.indicator_key is null or later.obs_status = 'M' then 'not_measured'
            -- A concept without a verdict was measured in the first year alone.
            when verdicts.indicator_key is null then 'not_measured_before'
            else {{ not_comparable_reason(
                'later.obs_status', "coalesce(earlier.obs_status, 'M')", 'verdicts.break_reason'
            ) }}
        end as not_comparable_reason,
        verdicts.break_reason,
        verdicts.break_certainty,
        verdicts.break_decided_on
    from summed
    left join {{ ref('int_indicator_window') }} as verdicts using (index_id, from_year, to_year, indicator_key)
    left join scores as earlier
        on
            summed.index_id = earlier.index_id
            and summed.from_year = earlier.year
            and summed.province_key = earlier.province_key
            and summed.indicator_key = earlier.indicator_key
    left join scores as later
        on
            summed.index_id = later.index_id
            and summed.to_year = later.year
            and summed.province_key = later.province_key
            and summed.indicator_key = later.indicator_key
),

scored as (
    select
        *,
        case when not_comparable_reason is null then sqrt(variance) end as standard_error,
        case
            when not_comparable_reason is null and variance > 0
                then cast(contribution as double precision) / sqrt(variance)
        end as z,
        -- A total that is its own only part is no sum, and nothing has a share of it.
        max(case when indicator_key = 'total' and n_parts > 1 then contribution end) over (
            partition by index_id, from_year, to_year, province_key
        ) as total_contribution
    from ends
),

by_chance as (
    select
        *,
        case when z is not null then {{ two_sided_p('z') }} end as p_value
    from scored
),

-- Benjamini and Hochberg: of what is called clear among the measures of a level, at most this share is chance.
placed as (
    select
        *,
        rank() over (
            partition by index_id, from_year, to_year, province_key, level
            order by p_value nulls last
        ) as place,
        count(p_value) over (partition by index_id, from_year, to_year, province_key, level) as n_tested
    from by_chance
),

judged as (
    select
        *,
        max(case when p_value * n_tested <= {{ var('false_discovery_rate') }} * place then p_value end) over (
            partition by index_id, from_year, to_year, province_key, level
        ) as p_threshold
    from placed
)

select
    judged.index_id,
    judged.indicator_key,
    cast(judged.from_year as integer) as from_year,
    cast(judged.to_year as integer) as to_year,
    judged.province_key,
    places.province_name_vi,
    places.region_code,
    places.region_name_vi,
    judged.code,
    judged.level,
    judged.parent_key,
    indicators.indicator_name_vi,
    indicators.indicator_name_en,
    judged.score_from,
    judged.score_to,
    case
        when judged.not_comparable_reason is null then cast(judged.score_to - judged.score_from as decimal(15, 9))
    end as change,
    cast(judged.score_to - judged.score_from as decimal(15, 9)) as change_as_published,
    cast(round(judged.score_to, 2) - round(judged.score_from, 2) as decimal(9, 2)) as change_printed,
    cast(judged.contribution as decimal(15, 9)) as contribution,
    cast(
        judged.contribution - judged.national_part - judged.measurement_part - judged.rescale_part as decimal(15, 9)
    ) as own_part,
    cast(judged.national_part as decimal(15, 9)) as national_part,
    cast(judged.measurement_part as decimal(15, 9)) as measurement_part,
    cast(judged.uncertain_part as decimal(15, 9)) as uncertain_part,
    cast(judged.rescale_part as decimal(15, 9)) as rescale_part,
    cast(judged.field_change as decimal(15, 9)) as field_change,
    cast(judged.n_common as integer) as n_common,
    cast(judged.n_parts as integer) as n_parts,
    cast(judged.n_measurement_parts as integer) as n_measurement_parts,
    cast(
        case
            when abs(judged.total_contribution) >= {{ var('smallest_change_to_share') }}
                then cast(judged.contribution as double precision) / judged.total_contribution
        end as decimal(15, 6)
    ) as contribution_ratio,
    judged.not_comparable_reason is null as is_comparable,
    judged.not_comparable_reason,
    case when judged.not_comparable_reason = judged.break_reason then judged.break_certainty end as break_certainty,
    case when judged.not_comparable_reason = judged.break_reason then judged.break_decided_on end as break_decided_on,
    case
        when judged.not_comparable_reason = judged.break_reason and judged.break_certainty = 'uncertain'
            then cast(judged.score_to - judged.score_from as decimal(15, 9))
    end as change_if_no_break,
    cast(judged.standard_error as decimal(15, 9)) as standard_error,
    case when judged.not_comparable_reason is null then judged.error_source end as error_source,
    cast(judged.z as decimal(15, 6)) as z,
    case
        when judged.not_comparable_reason is not null then 'not_comparable'
        when judged.p_value <= judged.p_threshold then 'clear'
        else 'unclear'
    end as significance
from judged
left join {{ ref('dim_indicator') }} as indicators
    on
        judged.index_id = indicators.index_id
        and judged.indicator_key = indicators.indicator_key
left join {{ ref('int_province_of_year') }} as places
    on
        judged.index_id = places.index_id
        and judged.to_year = places.year
        and judged.province_key = places.province_key
