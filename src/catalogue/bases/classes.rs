//! Several classes: agreement over all of them. One class against the rest has the metrics of
//! label and decision.

use crate::catalogue::base::{Base, Worse};
use crate::catalogue::peer::{differs, same};
use crate::catalogue::source::*;
use crate::catalogue::value::{ClassesValue, Value};

pub(super) const BASES: &[Base] = &[
    Base {
        id: "class_accuracy",
        title: "Accuracy over classes",
        asks: "How many predicted classes are the true ones?",
        value: Value::Classes(ClassesValue::Accuracy),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: SOKOLOVA_2009,
        peers: &[same("Fairlearn", "accuracy_score")],
    },
    Base {
        id: "macro_recall",
        title: "Macro-averaged recall",
        asks: "Of the people of a class, how many are told to be of it, each class counting alike?",
        value: Value::Classes(ClassesValue::Recall),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: SOKOLOVA_2009,
        peers: &[
            differs("Fairlearn", "recall_score(average=macro)", "0 for a class that nobody is of"),
            same("Fairlearn", "balanced_accuracy_score"),
        ],
    },
    Base {
        id: "macro_precision",
        title: "Macro-averaged precision",
        asks: "Of the people told to be of a class, how many are, each class counting alike?",
        value: Value::Classes(ClassesValue::Precision),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: SOKOLOVA_2009,
        peers: &[differs("Fairlearn", "precision_score(average=macro)", "0 for a class that is never predicted")],
    },
    Base {
        id: "macro_f1",
        title: "Macro-averaged F1",
        asks: "How well do predicted and true classes coincide, each class counting alike?",
        value: Value::Classes(ClassesValue::F1),
        worse: Worse::Lower,
        ideal: Some(1.0),
        source: SOKOLOVA_2009,
        peers: &[same("Fairlearn", "f1_score(average=macro)")],
    },
];
