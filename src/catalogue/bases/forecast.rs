//! Predictions of a number: how far off, which way, for whom.

use crate::catalogue::base::{Base, Worse};
use crate::catalogue::peer::{differs, same};
use crate::catalogue::source::*;
use crate::catalogue::value::{ForecastValue, Value};

pub(super) const BASES: &[Base] = &[
    Base {
        id: "mean_error",
        title: "Mean error",
        asks: "By how much are predictions too high on average?",
        value: Value::Forecast(ForecastValue::MeanError),
        worse: Worse::Farther,
        ideal: Some(0.0),
        source: AGARWAL_2019,
        peers: &[same("Fairlearn", "mean_prediction less the mean of y_true")],
    },
    Base {
        id: "mae",
        title: "Mean absolute error",
        asks: "How far off are predictions on average?",
        value: Value::Forecast(ForecastValue::AbsoluteError),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: AGARWAL_2019,
        peers: &[same("Fairlearn", "mean_absolute_error")],
    },
    Base {
        id: "rmse",
        title: "Root mean squared error",
        asks: "How far off are predictions, large errors counting more?",
        value: Value::Forecast(ForecastValue::RootMeanSquare),
        worse: Worse::Higher,
        ideal: Some(0.0),
        source: AGARWAL_2019,
        peers: &[differs("Fairlearn", "mean_squared_error", "its square")],
    },
    Base {
        id: "r2",
        title: "Coefficient of determination",
        asks: "What part of the differences between people do predictions explain?",
        value: Value::Forecast(ForecastValue::Determination),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: WRIGHT_1921,
        peers: &[differs("Fairlearn", "r2_score", "0 or 1 where nothing varies")],
    },
    Base {
        id: "coverage",
        title: "Coverage of predicted ranges",
        asks: "How often does the truth lie in the predicted range?",
        value: Value::Forecast(ForecastValue::Coverage),
        worse: Worse::Lower,
        ideal: None,
        source: ROMANO_2020,
        peers: &[],
    },
];
