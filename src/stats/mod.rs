//! How sure we are: intervals, tests, multiplicity, power, on plain numbers.
//!
//! Nothing here knows what is being compared. Every function is total: what
//! has no answer is `None`, and nothing returns NaN.

mod alias;
mod association;
mod association_correlation;
mod association_entropy;
mod auc;
mod bayes;
mod beta;
mod bootstrap;
mod calibration;
mod choice;
mod cluster;
mod counter;
mod difference;
mod distribution;
mod divergence;
mod effect;
mod exact;
mod homogeneity;
mod hypothesis;
mod inequality;
mod kitagawa;
mod level;
mod mean;
mod mover;
mod multinomial;
mod multiplicity;
mod noncentral;
mod normal;
mod odds;
mod power;
mod proportion;
mod range;
mod rank;
mod ratio;
mod root;
mod saddle;
mod spread;
mod strata;
mod strata_ratio;

pub use association::{cramers_v, cramers_v_corrected};
pub use association_correlation::{pearson, phi, point_biserial};
pub use association_entropy::{mutual_information, normalized_mutual_information, theils_u};
pub use auc::{AreaMethod, Auc, ScoreBin, auc, auc_interval};
pub use bayes::{probability_difference_below, probability_ratio_below};
pub use bootstrap::{
    Replicates, Resampling, distances, distances_of, posterior, posteriors, replicates, replicates_of,
};
pub use calibration::{CalibrationGroup, calibration_in_the_large, hosmer_lemeshow};
pub use choice::{DifferenceMethod, Intervals, ProportionMethod, RatioMethod};
pub use cluster::{RatioSums, effective_trials, linearised_variance};
pub use counter::{Counter, hash64};
pub use difference::{largest_difference, mee_difference, miettinen_nurminen_difference, newcombe, wald_difference};
pub use distribution::{normal_cdf, normal_quantile, two_sided_p};
pub use divergence::{
    jensen_shannon, ks_distance, kullback_leibler, largest_gap, lp_norm, population_stability_index, psi_of_scores,
    quantile_weights, smd_interval, standardized_mean_difference, total_variation, wasserstein,
};
pub use effect::{cohens_h, cohens_h_interval};
pub use exact::{Tail, fisher_mid_p, fisher_one_sided, fisher_two_sided};
pub use homogeneity::{BreslowDay, breslow_day, breslow_day_tarone};
pub use hypothesis::{ChiSquare, ZTest, chi_square, g_test, min_expected, pooled_z, yates_chi_square};
pub use inequality::{
    Benefits, Decomposition, atkinson, between_groups, between_groups_of, coefficient_of_variation, decompose,
    generalized_entropy, gini, within_groups,
};
pub use kitagawa::{Kitagawa, StratumSide, kitagawa};
pub use level::{Estimate, Interval, Level};
pub use mean::{
    CorrelationRatio, Moments, WelchTest, correlation_ratio, largest_mean_difference, skewed_t_interval, skewness,
    student_level, student_shrink, t_interval, welch, welch_interval,
};
pub use mover::{mover_difference, mover_mean, mover_ratio};
pub use multinomial::Cells;
pub use multiplicity::{benjamini_hochberg, holm};
pub use noncentral::{conditional_odds_ratio, conditional_odds_ratio_interval};
pub use odds::{odds_ratio, odds_ratio_interval};
pub use power::{Detectable, detectable};
pub use proportion::{Proportion, clopper_pearson, jeffreys, wilson};
pub use range::{all_pairs_level, all_pairs_p, all_pairs_z, each_level, each_p, each_z, range_cdf};
pub use rank::{KsTest, RankTest, kolmogorov_smirnov, mann_whitney};
pub use ratio::{
    katz_ratio, koopman_ratio, miettinen_nurminen_ratio, smallest_katz_ratio, smallest_koopman_ratio,
    smallest_miettinen_nurminen_ratio,
};
pub use strata::{MantelHaenszel, StratumTable, cmh_corrected, mantel_haenszel};
pub use strata_ratio::{CommonRatio, mantel_haenszel_ratio};
