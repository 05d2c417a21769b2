//! Resilience: the Kraljic matrix, and where few suppliers carry much.

use super::chart::{self, Caption, Dot};
use super::grid::Row;
use super::markup::Markup;
use super::more;
use super::page::Page;
use super::table::drill;

/// Categories that the matrix draws: more cannot be read.
const DOTS_MAX: usize = 40;

/// The section.
pub fn body(page: &Page<'_>) -> Markup {
    let mut m = more::lead(page, "resilience");
    m.push(&matrix(page)).push(&more::below(page, "resilience"));
    m
}

/// The Kraljic matrix: supply risk to the right, profit impact upwards. Its cut-offs are parameters.
fn matrix(page: &Page<'_>) -> Markup {
    let grid = page.data.metric("category_risk");
    let mut rows: Vec<Row<'_>> = grid.rows().filter(|r| r.float("impact_score").is_some() && r.float("risk_score").is_some()).collect();
    rows.sort_by_key(|r| (-r.money("spend_net").unwrap_or(0), r.text("category_code")));
    rows.truncate(DOTS_MAX);
    if rows.is_empty() {
        return Markup::new();
    }
    let parameter = |code: &str| page.data.parameters.rows().find(|r| r.text("parameter_code") == code).and_then(|r| r.float("parameter_value")).unwrap_or(0.5);
    let cut = (parameter("kraljic_risk_min"), parameter("kraljic_impact_min"));
    let largest = rows.iter().map(|r| r.money("spend_net").unwrap_or(0)).max().unwrap_or(0).max(1) as f64;
    let dots: Vec<Dot> = rows
        .iter()
        .map(|row| {
            let spend = row.money("spend_net").unwrap_or(0);
            let name = page.name(*row, "category_name");
            Dot {
                label: name.to_string(),
                at: (row.float("risk_score").unwrap_or(0.0), row.float("impact_score").unwrap_or(0.0)),
                size: spend.max(0) as f64 / largest,
                // Criticality is judged by people; what is not judged is not the same as what is not critical.
                class: if row.bool("is_critical") == Some(true) { "c-off" } else { "c-deviating" },
                tip: format!("{name}: {}", page.kronor(i128::from(spend))),
                drill: drill(&[("c", row.text("category_code"))]),
            }
        })
        .collect();
    let title = page.say("Kategorierna efter försörjningsrisk och betydelse", "Categories by supply risk and importance");
    let note = page.say(
        "Kraljics matris: åt höger ökar risken att stå utan leverans, uppåt ökar betydelsen för ekonomin. Cirkelns yta är beloppet de senaste tolv månaderna. Vikter och gränser är parametrar; vad som är kritiskt är verksamhetens bedömning, aldrig beloppet.",
        "Kraljic’s matrix: to the right the risk of going without grows, upwards the weight in the accounts. The area of a circle is the amount of the last twelve months. Weights and cut-offs are parameters; what is critical is judged by operations, never by the amount.",
    );
    let corners =
        [page.say("Rutin", "Non-critical"), page.say("Flaskhals", "Bottleneck"), page.say("Hävstång", "Leverage"), page.say("Strategisk", "Strategic")];
    let legend = [("c-off", page.say("kritisk enligt verksamheten", "critical by judgement")), ("c-deviating", page.say("övriga", "others"))];
    let svg = chart::quadrants(
        &Caption { title, description: note },
        &dots,
        cut,
        corners,
        page.say("Försörjningsrisk", "Supply risk"),
        page.say("Ekonomisk betydelse", "Importance"),
    );
    page.figure(title, note, &legend, &svg, "category_risk")
}
