//! Evenhand audits decisions for disparities between groups.
