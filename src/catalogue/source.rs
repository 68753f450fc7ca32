//! Where definitions come from.

/// A paper, book or regulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// Authors and year, as cited in text.
    pub short: &'static str,
    /// The full reference.
    pub full: &'static str,
}

const fn source(short: &'static str, full: &'static str) -> Source {
    Source { short, full }
}

/// Four-fifths rule.
pub const UGESP: Source =
    source("UGESP 1978", "Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D), 1978");
/// Equality of opportunity.
pub const HARDT_2016: Source = source(
    "Hardt, Price & Srebro 2016",
    "Hardt M., Price E., Srebro N.: Equality of Opportunity in Supervised Learning. NeurIPS 2016",
);
/// Error rates and predictive values under different prevalence.
pub const CHOULDECHOVA_2017: Source =
    source("Chouldechova 2017", "Chouldechova A.: Fair Prediction with Disparate Impact. Big Data 5(2), 2017");
/// Kinds of accuracy, treatment equality.
pub const BERK_2018: Source = source(
    "Berk et al. 2018",
    "Berk R., Heidari H., Jabbari S., Kearns M., Roth A.: Fairness in Criminal Justice Risk Assessments. Sociological Methods & Research 50(1), 2018",
);
/// Statistical parity.
pub const DWORK_2012: Source = source(
    "Dwork et al. 2012",
    "Dwork C., Hardt M., Pitassi T., Reingold O., Zemel R.: Fairness through Awareness. ITCS 2012",
);
/// Disparate impact as a ratio.
pub const FELDMAN_2015: Source = source(
    "Feldman et al. 2015",
    "Feldman M., Friedler S., Moeller J., Scheidegger C., Venkatasubramanian S.: Certifying and Removing Disparate Impact. KDD 2015",
);
/// Conditional parity.
pub const CORBETT_DAVIES_2017: Source = source(
    "Corbett-Davies et al. 2017",
    "Corbett-Davies S., Pierson E., Feller A., Goel S., Huq A.: Algorithmic Decision Making and the Cost of Fairness. KDD 2017",
);
/// Average odds, as named there.
pub const BELLAMY_2018: Source = source(
    "Bellamy et al. 2018",
    "Bellamy R. et al.: AI Fairness 360: An Extensible Toolkit. IBM Journal of Research and Development 63(4/5), 2019",
);
/// Area under the ROC curve.
pub const HANLEY_1982: Source = source(
    "Hanley & McNeil 1982",
    "Hanley J., McNeil B.: The Meaning and Use of the Area under a ROC Curve. Radiology 143, 1982",
);
/// Squared error of a probability.
pub const BRIER_1950: Source = source(
    "Brier 1950",
    "Brier G.: Verification of Forecasts Expressed in Terms of Probability. Monthly Weather Review 78(1), 1950",
);
/// Expected calibration error.
pub const NAEINI_2015: Source = source(
    "Naeini, Cooper & Hauskrecht 2015",
    "Naeini M., Cooper G., Hauskrecht M.: Obtaining Well Calibrated Probabilities Using Bayesian Binning. AAAI 2015",
);
/// F measure.
pub const RIJSBERGEN_1979: Source =
    source("van Rijsbergen 1979", "van Rijsbergen C. J.: Information Retrieval, 2nd edition. Butterworths, 1979");
/// Correlation of label and decision.
pub const MATTHEWS_1975: Source = source(
    "Matthews 1975",
    "Matthews B.: Comparison of the predicted and observed secondary structure of T4 phage lysozyme. BBA Protein Structure 405, 1975",
);
/// Accuracy over both classes.
pub const BRODERSEN_2010: Source = source(
    "Brodersen et al. 2010",
    "Brodersen K., Ong C., Stephan K., Buhmann J.: The Balanced Accuracy and Its Posterior Distribution. ICPR 2010",
);
/// Mean prediction against mean outcome, by group.
pub const KLEINBERG_2017: Source = source(
    "Kleinberg, Mullainathan & Raghavan 2017",
    "Kleinberg J., Mullainathan S., Raghavan M.: Inherent Trade-Offs in the Fair Determination of Risk Scores. ITCS 2017",
);
/// Pooling over strata.
pub const MANTEL_HAENSZEL_1959: Source = source(
    "Mantel & Haenszel 1959",
    "Mantel N., Haenszel W.: Statistical Aspects of the Analysis of Data from Retrospective Studies of Disease. JNCI 22(4), 1959",
);
