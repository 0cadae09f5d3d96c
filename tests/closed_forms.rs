//! Closed forms: the shipped cases and those written in docs/theory, against the brute-force diagram (exactly) and
//! against the library (to rounding).

mod common;

use common::cases::{self, Case};

fn all_cases() -> Vec<Case> {
    let documented = cases::documented().into_iter().map(|(_, case)| case);
    cases::shipped().into_iter().chain(documented).collect()
}

/// The brute-force diagram at the exact weights equals the closed form: identical rationals, or 2^-180 where the case
/// contains square roots, sines or cosines.
#[test]
fn brute_force_diagram_equals_the_closed_forms() {
    let mut wrong = Vec::new();
    let cases = all_cases();
    for case in cases.iter().filter(|c| c.heights.is_some()) {
        wrong.extend(case.check_oracle());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(
        cases.iter().filter(|c| c.exact).count() >= 45,
        "most are exact"
    );
}
