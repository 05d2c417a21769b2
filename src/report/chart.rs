//! A small kit of SVG charts. Each is one `<svg role="img">` with a title and a description; colours come from classes of
//! the style sheet, so that one drawing serves light, dark and print, and every series also differs by place, label or
//! pattern. The table beside each chart is made by the page.

use super::markup::{Markup, coordinate};

/// Width of the drawing of a full-width chart, in its own units; the style sheet scales it.
pub const WIDTH: f64 = 760.0;
/// Mean width of a character of the label font relative to its size, measured on the common system fonts and rounded up.
const CHARACTER_WIDTH: f64 = 0.6;
/// Size of labels.
const LABEL_SIZE: f64 = 13.0;
/// Room of a column of labels beside its text.
const LABEL_MARGIN: f64 = 16.0;

/// What the reader of the drawing is told, and where a mark leads.
#[derive(Debug, Clone, Default)]
pub struct Caption<'a> {
    /// Short name of the drawing.
    pub title: &'a str,
    /// What it shows, in a sentence: the conclusion where there is one.
    pub description: &'a str,
}

/// One horizontal bar.
#[derive(Debug, Clone, Default)]
pub struct Bar {
    /// Name at the left.
    pub label: String,
    /// Parts from left to right: (class, length, tooltip).
    pub parts: Vec<Part>,
    /// Text at the right end.
    pub value: String,
    /// A tick across the bar, at the same scale as the parts.
    pub mark: Option<f64>,
    /// Drill-down of the whole bar; empty when there is none.
    pub drill: String,
}

/// One part of a bar.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Class that colours it, such as `c-compliant`.
    pub class: &'static str,
    /// Length; not negative.
    pub length: f64,
    /// What a pointer over it says.
    pub tip: String,
    /// Drill-down of the part; empty when there is none.
    pub drill: String,
}

/// Horizontal bars on one scale from 0 to `scale_max`.
pub fn bars(caption: &Caption, bars: &[Bar], scale_max: f64) -> Markup {
    let (row, top) = (30.0, 4.0);
    let label_width = label_column(bars.iter().map(|b| b.label.as_str()));
    let value_width = 12.0 + bars.iter().map(|b| width_of(&b.value)).fold(40.0, f64::max);
    let plot = WIDTH - label_width - value_width;
    let height = top * 2.0 + row * bars.len() as f64;
    let scale = if scale_max > 0.0 { plot / scale_max } else { 0.0 };
    let mut svg = open(caption, WIDTH, height);
    for (i, bar) in bars.iter().enumerate() {
        let y = top + row * i as f64;
        group(&mut svg, &bar.drill);
        text_at(&mut svg, "label end", label_width - 12.0, y + row / 2.0 + 4.5, &fitted(&bar.label, label_width - LABEL_MARGIN), &bar.label);
        svg.raw("<rect class=\"track\"").num("x", label_width).num("y", y + 7.0).num("width", plot).num("height", row - 14.0).raw(" rx=\"2\"/>");
        let mut x = label_width;
        for part in bar.parts.iter().filter(|p| p.length > 0.0) {
            // A part that exists is seen, however small.
            let width = (part.length * scale).max(1.0).min(label_width + plot - x).max(0.0);
            mark(&mut svg, part, x, y + 6.0, width, row - 12.0);
            x += width;
        }
        if let Some(at) = bar.mark {
            let x = label_width + (at * scale).clamp(0.0, plot);
            svg.raw("<line class=\"target\"").num("x1", x).num("x2", x).num("y1", y + 2.0).num("y2", y + row - 2.0).raw("/>");
        }
        text_at(&mut svg, "value", label_width + plot + 10.0, y + row / 2.0 + 4.5, &bar.value, "");
        svg.raw("</g>");
    }
    close(svg)
}

/// One thick bar of parts that make the whole, each labelled inside when there is room.
pub fn whole_bar(caption: &Caption, parts: &[(Part, String)]) -> Markup {
    let (width, height) = (WIDTH, 46.0);
    let sum: f64 = parts.iter().map(|(p, _)| p.length.max(0.0)).sum();
    let mut svg = open(caption, width, height);
    let mut x = 0.0;
    for (part, label) in parts.iter().filter(|(p, _)| p.length > 0.0) {
        let w = if sum > 0.0 { part.length / sum * width } else { 0.0 };
        group(&mut svg, &part.drill);
        mark(&mut svg, &Part { drill: String::new(), ..part.clone() }, x, 1.0, (w - 2.0).max(1.0), 44.0);
        if width_of(label) + 16.0 < w {
            svg.raw("<text class=\"inside\"").attr("data-on", part.class).num("x", x + 9.0).num("y", 28.5).raw(">").text(label).raw("</text>");
        }
        svg.raw("</g>");
        x += w;
    }
    close(svg)
}

/// One column of a time chart: a label below and parts from the bottom up.
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// Label below; every column has one, and they are thinned when there is no room.
    pub label: String,
    /// Parts from the bottom up.
    pub parts: Vec<Part>,
}

/// Stacked columns over time with a scale of round numbers at the left.
pub fn columns(caption: &Caption, columns: &[Column], tick_label: &dyn Fn(f64) -> String) -> Markup {
    let (height, left, bottom, top) = (250.0, 78.0, 28.0, 12.0);
    let highest = columns.iter().map(|c| c.parts.iter().map(|p| p.length).sum::<f64>()).fold(0.0, f64::max);
    let ticks = ticks(0.0, highest);
    let scale = (height - bottom - top) / ticks.last().copied().unwrap_or(1.0).max(f64::MIN_POSITIVE);
    let step = (WIDTH - left - 4.0) / columns.len().max(1) as f64;
    let mut svg = open(caption, WIDTH, height);
    grid_lines(&mut svg, &ticks, left, height - bottom, scale, tick_label);
    let labels_every = every(columns.iter().map(|c| c.label.as_str()), step);
    for (i, column) in columns.iter().enumerate() {
        let x = left + step * i as f64;
        let mut y = height - bottom;
        for part in column.parts.iter().filter(|p| p.length > 0.0) {
            let h = part.length * scale;
            mark(&mut svg, part, x + step * 0.14, y - h, step * 0.72, h.max(0.5));
            y -= h;
        }
        if i % labels_every == 0 {
            text_at(&mut svg, "axis middle", x + step / 2.0, height - 8.0, &column.label, "");
        }
    }
    close(svg)
}

/// One series of a line chart; a missing point breaks the line.
#[derive(Debug, Clone)]
pub struct Line {
    /// Class that colours and dashes it, such as `l-contract`.
    pub class: &'static str,
    /// Name, written at the end of the line.
    pub name: String,
    /// Values by position.
    pub points: Vec<Option<f64>>,
}

/// Lines over positions that have labels, from 0 to 1 or to the highest value; `target` is a dashed level with its label.
pub fn lines(caption: &Caption, labels: &[String], lines: &[Line], target: Option<(f64, &str)>, tick_label: &dyn Fn(f64) -> String) -> Markup {
    let (height, left, bottom, top) = (260.0, 62.0, 28.0, 14.0);
    let right = 16.0 + lines.iter().map(|l| width_of(&l.name)).fold(30.0, f64::max).min(210.0);
    let values = || lines.iter().flat_map(|l| l.points.iter().flatten().copied()).chain(target.map(|t| t.0));
    let ticks = ticks(0.0, values().fold(0.0, f64::max));
    let (first, last) = (ticks.first().copied().unwrap_or(0.0), ticks.last().copied().unwrap_or(1.0));
    let y_of = |v: f64| height - bottom - (v - first) / (last - first).max(f64::MIN_POSITIVE) * (height - bottom - top);
    let step = (WIDTH - left - right) / (labels.len().max(2) - 1) as f64;
    let x_of = |i: usize| left + step * i as f64;
    let mut svg = open(caption, WIDTH, height);
    for &tick in &ticks {
        svg.raw("<line class=\"rule\"").num("x1", left).num("x2", WIDTH - right).num("y1", y_of(tick)).num("y2", y_of(tick)).raw("/>");
        text_at(&mut svg, "axis end", left - 10.0, y_of(tick) + 4.0, &tick_label(tick), "");
    }
    let labels_every = every(labels.iter().map(String::as_str), step);
    for (i, label) in labels.iter().enumerate().filter(|(i, _)| i % labels_every == 0) {
        text_at(&mut svg, "axis middle", x_of(i), height - 8.0, label, "");
    }
    if let Some((level, name)) = target {
        svg.raw("<line class=\"target\"").num("x1", left).num("x2", WIDTH - right).num("y1", y_of(level)).num("y2", y_of(level)).raw("/>");
        text_at(&mut svg, "axis", left + 4.0, y_of(level) - 5.0, name, "");
    }
    // End labels are pushed apart so that they never lie on each other.
    let mut ends: Vec<(f64, usize)> = lines.iter().enumerate().filter_map(|(n, l)| l.points.iter().rev().flatten().next().map(|&v| (y_of(v), n))).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for i in 1..ends.len() {
        ends[i].0 = ends[i].0.max(ends[i - 1].0 + 17.0);
    }
    for line in lines {
        let mut path = String::new();
        let mut pen_up = true;
        for (i, point) in line.points.iter().enumerate() {
            match point {
                Some(v) => {
                    path.push_str(if pen_up { "M" } else { "L" });
                    path.push_str(&format!("{} {}", coordinate(x_of(i)), coordinate(y_of(*v))));
                    pen_up = false;
                }
                None => pen_up = true,
            }
        }
        svg.raw("<path").attr("class", &format!("line {}", line.class)).attr("d", &path).raw("/>");
        if let Some((i, v)) = line.points.iter().enumerate().rev().find_map(|(i, v)| v.map(|v| (i, v))) {
            svg.raw("<circle").attr("class", &format!("dot {}", line.class)).num("cx", x_of(i)).num("cy", y_of(v)).raw(" r=\"3.5\"/>");
        }
    }
    for (y, n) in ends {
        text_at(&mut svg, "label", WIDTH - right + 10.0, y + 4.5, &fitted(&lines[n].name, right - 12.0), &lines[n].name);
    }
    close(svg)
}

/// A line without axes, for a card: the last point is marked.
pub fn sparkline(caption: &Caption, points: &[Option<f64>]) -> Markup {
    let (width, height, pad) = (220.0, 44.0, 5.0);
    let low = points.iter().flatten().copied().fold(f64::INFINITY, f64::min);
    let high = points.iter().flatten().copied().fold(f64::NEG_INFINITY, f64::max);
    let x_of = |i: usize| pad + (width - 2.0 * pad) * i as f64 / (points.len().max(2) - 1) as f64;
    let y_of = |v: f64| if high > low { height - pad - (v - low) / (high - low) * (height - 2.0 * pad) } else { height / 2.0 };
    let mut svg = open(caption, width, height);
    let mut path = String::new();
    let mut pen_up = true;
    for (i, point) in points.iter().enumerate() {
        match point {
            Some(v) => {
                path.push_str(if pen_up { "M" } else { "L" });
                path.push_str(&format!("{} {}", coordinate(x_of(i)), coordinate(y_of(*v))));
                pen_up = false;
            }
            None => pen_up = true,
        }
    }
    svg.raw("<path class=\"line l-spark\"").attr("d", &path).raw("/>");
    if let Some((i, v)) = points.iter().enumerate().rev().find_map(|(i, v)| v.map(|v| (i, v))) {
        svg.raw("<circle class=\"dot l-spark\"").num("cx", x_of(i)).num("cy", y_of(v)).raw(" r=\"3.5\"/>");
    }
    close(svg)
}

/// A value on a track from 0 to `scale_max` with the target as a tick.
pub fn bullet(caption: &Caption, value: f64, target: f64, scale_max: f64) -> Markup {
    let (width, height) = (220.0, 16.0);
    let x_of = |v: f64| (v / scale_max.max(f64::MIN_POSITIVE) * width).clamp(0.0, width);
    let mut svg = open(caption, width, height);
    svg.raw("<rect class=\"track\" x=\"0\" y=\"5\" height=\"6\" rx=\"3\"").num("width", width).raw("/>");
    svg.raw("<rect class=\"c-accent\" x=\"0\" y=\"5\" height=\"6\" rx=\"3\"").num("width", x_of(value)).raw("/>");
    svg.raw("<line class=\"target\" y1=\"0\" y2=\"16\"")
        .num("x1", x_of(target).clamp(1.0, width - 1.0))
        .num("x2", x_of(target).clamp(1.0, width - 1.0))
        .raw("/>");
    close(svg)
}

/// One rectangle of a treemap.
#[derive(Debug, Clone, Default)]
pub struct Tile {
    /// Name.
    pub label: String,
    /// Value as text, below the name.
    pub value: String,
    /// Area.
    pub size: f64,
    /// Share of the area that is filled from below with `c-compliant`: the second figure of the tile.
    pub filled_ratio: Option<f64>,
    /// Drill-down.
    pub drill: String,
}

/// A squarified treemap (Bruls, Huizing, van Wijk: Squarified Treemaps, 2000); tiles come largest first.
pub fn treemap(caption: &Caption, tiles: &[Tile]) -> Markup {
    let (width, height) = (WIDTH, 360.0);
    let sum: f64 = tiles.iter().map(|t| t.size.max(0.0)).sum();
    let mut svg = open(caption, width, height);
    let areas: Vec<f64> = tiles.iter().map(|t| if sum > 0.0 { t.size.max(0.0) / sum * width * height } else { 0.0 }).collect();
    for (tile, (x, y, w, h)) in tiles.iter().zip(squarify(&areas, width, height)) {
        if w < 1.5 || h < 1.5 {
            continue;
        }
        group(&mut svg, &tile.drill);
        svg.raw("<title>").text(&format!("{}: {}", tile.label, tile.value)).raw("</title>");
        svg.raw("<rect class=\"tile\"").num("x", x + 1.0).num("y", y + 1.0).num("width", w - 2.0).num("height", h - 2.0).raw("/>");
        if let Some(ratio) = tile.filled_ratio {
            let filled = ratio.clamp(0.0, 1.0) * (h - 2.0);
            svg.raw("<rect class=\"tile-fill\"").num("x", x + 1.0).num("y", y + h - 1.0 - filled).num("width", w - 2.0).num("height", filled).raw("/>");
        }
        // A name cut to a few letters says nothing: the pointer and the table tell it.
        let label = fitted(&tile.label, w - 12.0);
        if h > 26.0 && (label == tile.label || label.chars().count() >= 9) {
            text_at(&mut svg, "label", x + 8.0, y + 19.0, &label, "");
            if h > 44.0 && width_of(&tile.value) < w - 12.0 {
                text_at(&mut svg, "value", x + 8.0, y + 37.0, &tile.value, "");
            }
        }
        svg.raw("</g>");
    }
    close(svg)
}

/// Rectangles (x, y, width, height) of the given areas that fill width × height, in order.
fn squarify(areas: &[f64], width: f64, height: f64) -> Vec<(f64, f64, f64, f64)> {
    let mut out = Vec::with_capacity(areas.len());
    let (mut x, mut y, mut w, mut h) = (0.0, 0.0, width, height);
    let mut rest = areas;
    while !rest.is_empty() {
        let side = w.min(h).max(f64::MIN_POSITIVE);
        let worst = |row: &[f64]| {
            let sum: f64 = row.iter().sum();
            row.iter().fold(0.0f64, |worst, &a| worst.max((side * side * a / (sum * sum)).max(sum * sum / (side * side * a.max(f64::MIN_POSITIVE)))))
        };
        let mut taken = 1;
        while taken < rest.len() && worst(&rest[..=taken]) <= worst(&rest[..taken]) {
            taken += 1;
        }
        let sum: f64 = rest[..taken].iter().sum();
        let thickness = sum / side;
        let mut along = 0.0;
        for &area in &rest[..taken] {
            let length = if thickness > 0.0 { area / thickness } else { 0.0 };
            out.push(if w >= h { (x, y + along, thickness, length) } else { (x + along, y, length, thickness) });
            along += length;
        }
        if w >= h {
            x += thickness;
            w -= thickness;
        } else {
            y += thickness;
            h -= thickness;
        }
        rest = &rest[taken..];
    }
    out
}

/// A cumulative curve: (share of suppliers, share of spend), from (0, 0) to (1, 1), with the diagonal of equal shares and
/// points that are worth naming: (x, y, label).
pub fn curve(
    caption: &Caption,
    points: &[(f64, f64)],
    named: &[(f64, f64, String)],
    x_title: &str,
    y_title: &str,
    tick_label: &dyn Fn(f64) -> String,
) -> Markup {
    let (width, height, left, bottom, top) = (WIDTH, 320.0, 62.0, 46.0, 12.0);
    let right = 20.0;
    let x_of = |v: f64| left + v * (width - left - right);
    let y_of = |v: f64| height - bottom - v * (height - bottom - top);
    let mut svg = open(caption, width, height);
    for tick in [0.0, 0.2, 0.4, 0.6, 0.8, 1.0] {
        svg.raw("<line class=\"rule\"").num("x1", left).num("x2", width - right).num("y1", y_of(tick)).num("y2", y_of(tick)).raw("/>");
        text_at(&mut svg, "axis end", left - 10.0, y_of(tick) + 4.0, &tick_label(tick), "");
        text_at(&mut svg, "axis middle", x_of(tick), height - bottom + 18.0, &tick_label(tick), "");
    }
    text_at(&mut svg, "axis middle", (left + width - right) / 2.0, height - 6.0, x_title, "");
    text_at(&mut svg, "axis", left + 6.0, top + 10.0, y_title, "");
    svg.raw("<line class=\"equal\"").num("x1", x_of(0.0)).num("y1", y_of(0.0)).num("x2", x_of(1.0)).num("y2", y_of(1.0)).raw("/>");
    let mut path = format!("M{} {}", coordinate(x_of(0.0)), coordinate(y_of(0.0)));
    for &(x, y) in points {
        path.push_str(&format!("L{} {}", coordinate(x_of(x)), coordinate(y_of(y))));
    }
    svg.raw("<path class=\"area\"").attr("d", &format!("{path}L{} {}Z", coordinate(x_of(points.last().map_or(0.0, |p| p.0))), coordinate(y_of(0.0)))).raw("/>");
    svg.raw("<path class=\"line l-contract\"").attr("d", &path).raw("/>");
    for (x, y, label) in named {
        svg.raw("<circle class=\"dot l-contract\"").num("cx", x_of(*x)).num("cy", y_of(*y)).raw(" r=\"4\"/>");
        text_at(&mut svg, "label", x_of(*x) + 12.0, y_of(*y) + 16.0, label, "");
    }
    close(svg)
}

/// One line of a Gantt chart, in days from the chart's first day.
#[derive(Debug, Clone, Default)]
pub struct Span {
    /// Name at the left.
    pub label: String,
    /// First day of the term.
    pub from: f64,
    /// Last day of the term.
    pub to: f64,
    /// Last day if every option is used.
    pub extendable_to: Option<f64>,
    /// Text after the bar.
    pub value: String,
    /// Class of the bar.
    pub class: &'static str,
}

/// Terms as bars over `days`, with the day `today` as a line and month labels (day, text).
pub fn gantt(caption: &Caption, spans: &[Span], days: f64, today: f64, months: &[(f64, String)]) -> Markup {
    let (row, top) = (28.0, 30.0);
    let label_width = label_column(spans.iter().map(|s| s.label.as_str()));
    let right = 96.0;
    let plot = WIDTH - label_width - right;
    let x_of = |day: f64| label_width + (day / days.max(1.0)).clamp(0.0, 1.0) * plot;
    let height = top + row * spans.len() as f64 + 8.0;
    let mut svg = open(caption, WIDTH, height);
    let labels_every = every(months.iter().map(|m| m.1.as_str()), plot / months.len().max(1) as f64);
    for (i, (day, label)) in months.iter().enumerate() {
        svg.raw("<line class=\"rule\"").num("x1", x_of(*day)).num("x2", x_of(*day)).num("y1", top - 6.0).num("y2", height).raw("/>");
        if i % labels_every == 0 {
            text_at(&mut svg, "axis", x_of(*day) + 2.0, top - 12.0, label, "");
        }
    }
    for (i, span) in spans.iter().enumerate() {
        let y = top + row * i as f64;
        svg.raw("<g>");
        text_at(&mut svg, "label end", label_width - 12.0, y + row / 2.0 + 4.5, &fitted(&span.label, label_width - LABEL_MARGIN), &span.label);
        let (from, to) = (x_of(span.from), x_of(span.to));
        if let Some(until) = span.extendable_to.filter(|&e| e > span.to) {
            svg.raw("<rect class=\"c-option\"").num("x", to).num("y", y + 9.0).num("width", (x_of(until) - to).max(0.0)).num("height", row - 18.0).raw("/>");
        }
        svg.raw("<rect")
            .attr("class", span.class)
            .num("x", from)
            .num("y", y + 7.0)
            .num("width", (to - from).max(2.0))
            .num("height", row - 14.0)
            .raw(" rx=\"2\"/>");
        text_at(&mut svg, "value", WIDTH - right + 8.0, y + row / 2.0 + 4.5, &span.value, "");
        svg.raw("</g>");
    }
    svg.raw("<line class=\"today\"").num("x1", x_of(today)).num("x2", x_of(today)).num("y1", top - 6.0).num("y2", height).raw("/>");
    close(svg)
}

/// One step of a waterfall: a change that begins where the one before ended.
#[derive(Debug, Clone, Default)]
pub struct Step {
    /// Name at the left.
    pub label: String,
    /// The change; for the last bar, which sums them up, the whole.
    pub change: f64,
    /// Text at the right end.
    pub value: String,
    /// What a pointer over it says.
    pub tip: String,
    /// Whether the bar begins at zero again: the sum of the steps above.
    pub is_sum: bool,
    /// Drill-down; empty when there is none.
    pub drill: String,
}

/// Changes from top to bottom, each beginning where the one before ended. The scale is that of the changes: next to the amounts
/// that they change they would be too small to see, and a cut axis would lie.
pub fn waterfall(caption: &Caption, steps: &[Step]) -> Markup {
    let (row, top) = (32.0, 6.0);
    let label_width = label_column(steps.iter().map(|s| s.label.as_str()));
    let value_width = 16.0 + steps.iter().map(|s| width_of(&s.value)).fold(40.0, f64::max);
    let plot = WIDTH - label_width - value_width;
    let mut spans = Vec::with_capacity(steps.len());
    let mut level = 0.0f64;
    for step in steps {
        let from = if step.is_sum { 0.0 } else { level };
        level = from + step.change;
        spans.push((from, level));
    }
    let low = spans.iter().map(|s| s.0.min(s.1)).fold(0.0, f64::min);
    let high = spans.iter().map(|s| s.0.max(s.1)).fold(0.0, f64::max);
    let scale = if high > low { plot / (high - low) } else { 0.0 };
    let x_of = |v: f64| label_width + (v - low) * scale;
    let height = top * 2.0 + row * steps.len() as f64;
    let mut svg = open(caption, WIDTH, height);
    svg.raw("<line class=\"zero\"").num("x1", x_of(0.0)).num("x2", x_of(0.0)).num("y1", top).num("y2", height - top).raw("/>");
    for (i, (step, (from, to))) in steps.iter().zip(&spans).enumerate() {
        let y = top + row * i as f64;
        group(&mut svg, &step.drill);
        text_at(&mut svg, "label end", label_width - 12.0, y + row / 2.0 + 4.5, &fitted(&step.label, label_width - LABEL_MARGIN), &step.label);
        let class = match (step.is_sum, step.change < 0.0) {
            (true, _) => "c-quiet",
            (false, false) => "c-rise",
            (false, true) => "c-fall",
        };
        let part = Part { class, length: 0.0, tip: step.tip.clone(), drill: String::new() };
        mark(&mut svg, &part, x_of(from.min(*to)), y + 7.0, ((to - from).abs() * scale).max(1.5), row - 14.0);
        // From where this one ended to where the next begins.
        if spans.get(i + 1).is_some() && !steps[i + 1].is_sum {
            svg.raw("<line class=\"joint\"").num("x1", x_of(*to)).num("x2", x_of(*to)).num("y1", y + row - 7.0).num("y2", y + row + 7.0).raw("/>");
        }
        text_at(&mut svg, "value", label_width + plot + 12.0, y + row / 2.0 + 4.5, &step.value, "");
        svg.raw("</g>");
    }
    close(svg)
}

/// One node of a Sankey diagram.
#[derive(Debug, Clone, Default)]
pub struct Node {
    /// Name.
    pub label: String,
    /// Amount as text.
    pub value: String,
    /// Drill-down; empty when there is none.
    pub drill: String,
}

/// A flow between two nodes of neighbouring layers.
#[derive(Debug, Clone, Default)]
pub struct Flow {
    /// Layer that it comes from; it goes to the next.
    pub layer: usize,
    /// Place of the node that it comes from in its layer.
    pub from: usize,
    /// Place of the node that it goes to in the next layer.
    pub to: usize,
    /// Size; not negative.
    pub size: f64,
    /// What a pointer over it says.
    pub tip: String,
    /// Drill-down; empty when there is none.
    pub drill: String,
}

/// Layers of nodes from left to right with bands between them; nodes come in the order in which they are drawn.
pub fn sankey(caption: &Caption, heads: &[&str], layers: &[Vec<Node>], flows: &[Flow]) -> Markup {
    let (node_width, gap, top, room) = (12.0, 9.0, 24.0, 430.0);
    // A node is as high as the larger of what comes in and what goes out.
    let side = |layer: usize, at: usize, is_out: bool| -> f64 {
        flows.iter().filter(|f| if is_out { f.layer == layer && f.from == at } else { f.layer + 1 == layer && f.to == at }).map(|f| f.size.max(0.0)).sum()
    };
    let sizes: Vec<Vec<f64>> =
        layers.iter().enumerate().map(|(l, nodes)| (0..nodes.len()).map(|n| side(l, n, true).max(side(l, n, false))).collect()).collect();
    let most = layers.iter().map(Vec::len).max().unwrap_or(0) as f64;
    let whole = sizes.iter().map(|s| s.iter().sum::<f64>()).fold(0.0, f64::max);
    let scale = if whole > 0.0 { (room - gap * (most - 1.0).max(0.0)) / whole } else { 0.0 };
    // Room below each node for its label, however thin it is.
    let heights: Vec<Vec<f64>> = sizes.iter().map(|s| s.iter().map(|v| v * scale).collect()).collect();
    let pitch = |h: f64| (h + gap).max(19.0);
    let height = top + heights.iter().map(|h| h.iter().map(|v| pitch(*v)).sum::<f64>()).fold(0.0, f64::max) + 4.0;
    let x_of = |layer: usize| (WIDTH - node_width) * layer as f64 / (layers.len().max(2) - 1) as f64;
    let tops: Vec<Vec<f64>> = heights
        .iter()
        .map(|layer| {
            let mut y = top;
            layer
                .iter()
                .map(|h| {
                    let at = y;
                    y += pitch(*h);
                    at
                })
                .collect()
        })
        .collect();
    let mut svg = open(caption, WIDTH, height);
    for (l, head) in heads.iter().enumerate() {
        let (class, x) = match l {
            0 => ("axis", 0.0),
            l if l + 1 == layers.len() => ("axis end", WIDTH),
            l => ("axis middle", x_of(l) + node_width / 2.0),
        };
        text_at(&mut svg, class, x, 12.0, head, "");
    }
    let mut left: Vec<Vec<f64>> = tops.clone();
    let mut right: Vec<Vec<f64>> = tops.clone();
    for flow in flows.iter().filter(|f| f.size > 0.0) {
        let h = flow.size * scale;
        let (x0, x1) = (x_of(flow.layer) + node_width, x_of(flow.layer + 1));
        let (y0, y1) = (right[flow.layer][flow.from], left[flow.layer + 1][flow.to]);
        right[flow.layer][flow.from] += h;
        left[flow.layer + 1][flow.to] += h;
        let middle = coordinate((x0 + x1) / 2.0);
        let [x0, x1, y0t, y0b, y1t, y1b] = [x0, x1, y0, y0 + h, y1, y1 + h].map(coordinate);
        let path = format!("M{x0} {y0t}C{middle} {y0t} {middle} {y1t} {x1} {y1t}V{y1b}C{middle} {y1b} {middle} {y0b} {x0} {y0b}Z");
        svg.raw("<path");
        if flow.drill.is_empty() {
            svg.raw(" class=\"flow\"");
        } else {
            svg.raw(" class=\"flow drill\"").attr("data-q", &flow.drill);
        }
        svg.attr("d", &path).raw("><title>").text(&flow.tip).raw("</title></path>");
    }
    let is_last = |l: usize| l + 1 == layers.len();
    for (l, nodes) in layers.iter().enumerate() {
        for (n, node) in nodes.iter().enumerate() {
            let (y, h) = (tops[l][n], heights[l][n].max(1.0));
            group(&mut svg, &node.drill);
            svg.raw("<title>").text(&format!("{}: {}", node.label, node.value)).raw("</title>");
            svg.raw("<rect class=\"node\"").num("x", x_of(l)).num("y", y).num("width", node_width).num("height", h).raw("/>");
            // The labels of the last two layers share the space between them; those of the first have theirs to themselves.
            let room = if l + 2 < layers.len() { WIDTH / 2.0 - 40.0 } else { WIDTH / 4.0 - 18.0 };
            let full = format!("{} {}", node.label, node.value);
            let label = if width_of(&full) <= room { full } else { fitted(&node.label, room) };
            let (class, x) = if is_last(l) { ("label end halo", x_of(l) - 6.0) } else { ("label halo", x_of(l) + node_width + 6.0) };
            text_at(&mut svg, class, x, y + (h / 2.0 + 4.5).max(11.0), &label, "");
            svg.raw("</g>");
        }
    }
    close(svg)
}

/// What remains of one ceiling, in shares of it, by months from the start of the term.
#[derive(Debug, Clone, Default)]
pub struct BurnDown {
    /// What remained after each month with call-offs: (months since the start of the term, share of the ceiling).
    pub remaining: Vec<(f64, f64)>,
    /// Months of the term.
    pub term: f64,
    /// Months since the start at the as-of date.
    pub today: f64,
    /// The forecast's end: (months since the start, share that remains then).
    pub forecast: Option<(f64, f64)>,
    /// Labels below the start and the end of the term.
    pub ends: (String, String),
}

/// A small burn-down: steps down from the ceiling, the even pace as a thin line, the forecast dashed, zero as the line that counts.
pub fn burn_down(caption: &Caption, burn: &BurnDown, labels: (&str, &str)) -> Markup {
    let (width, height, left, right, top, bottom) = (320.0, 150.0, 48.0, 8.0, 10.0, 24.0);
    let low = burn.remaining.iter().map(|p| p.1).chain(burn.forecast.map(|f| f.1)).fold(0.0, f64::min).max(-1.0);
    let last = burn.term.max(burn.today).max(1.0);
    let x_of = |m: f64| left + (m / last).clamp(0.0, 1.0) * (width - left - right);
    let y_of = |v: f64| top + (1.0 - v.clamp(low, 1.0)) / (1.0 - low) * (height - top - bottom);
    let mut svg = open(caption, width, height);
    for (value, label) in [(1.0, labels.0), (0.0, labels.1)] {
        svg.raw("<line").attr("class", if value > 0.0 { "rule" } else { "zero" });
        svg.num("x1", left).num("x2", width - right).num("y1", y_of(value)).num("y2", y_of(value)).raw("/>");
        text_at(&mut svg, "axis end", left - 6.0, y_of(value) + 4.0, label, "");
    }
    svg.raw("<line class=\"equal\"").num("x1", x_of(0.0)).num("y1", y_of(1.0)).num("x2", x_of(burn.term)).num("y2", y_of(0.0)).raw("/>");
    let mut path = format!("M{} {}", coordinate(x_of(0.0)), coordinate(y_of(1.0)));
    let mut level = 1.0;
    for &(month, remaining) in &burn.remaining {
        path.push_str(&format!("H{}V{}", coordinate(x_of(month)), coordinate(y_of(remaining))));
        level = remaining;
    }
    path.push_str(&format!("H{}", coordinate(x_of(burn.today))));
    svg.raw("<path class=\"line l-contract\"").attr("d", &path).raw("/>");
    if let Some((month, remaining)) = burn.forecast.filter(|f| f.0 > burn.today) {
        let path = format!("M{} {}L{} {}", coordinate(x_of(burn.today)), coordinate(y_of(level)), coordinate(x_of(month)), coordinate(y_of(remaining)));
        svg.raw("<path class=\"line l-forecast\"").attr("d", &path).raw("/>");
        svg.raw("<circle class=\"dot l-forecast\"").num("cx", x_of(month)).num("cy", y_of(remaining)).raw(" r=\"3.5\"/>");
    }
    svg.raw("<line class=\"today\"").num("x1", x_of(burn.today)).num("x2", x_of(burn.today)).num("y1", top - 4.0).num("y2", height - bottom).raw("/>");
    text_at(&mut svg, "axis", left, height - 7.0, &burn.ends.0, "");
    text_at(&mut svg, "axis end", width - right, height - 7.0, &burn.ends.1, "");
    close(svg)
}

/// One point of a scatter plot.
#[derive(Debug, Clone, Default)]
pub struct Dot {
    /// Name, written beside it when there is room.
    pub label: String,
    /// Place on both axes, 0 to 1.
    pub at: (f64, f64),
    /// Area relative to the largest, 0 to 1.
    pub size: f64,
    /// Class that colours it.
    pub class: &'static str,
    /// What a pointer over it says.
    pub tip: String,
    /// Drill-down; empty when there is none.
    pub drill: String,
}

/// Radii of the circles of a matrix, from no amount to the largest.
const SMALLEST: f64 = 4.0;
const LARGEST: f64 = 18.0;

/// Points on a square divided in four, with a name in each corner: lower left, lower right, upper left, upper right.
pub fn quadrants(caption: &Caption, dots: &[Dot], cut: (f64, f64), corners: [&str; 4], x_title: &str, y_title: &str) -> Markup {
    let (width, height, left, right, top, bottom) = (WIDTH, 440.0, 40.0, 14.0, 12.0, 40.0);
    // Room inside the frame for a circle at 0 or 1.
    let inset = LARGEST + 4.0;
    let x_of = |v: f64| left + inset + v.clamp(0.0, 1.0) * (width - left - right - 2.0 * inset);
    let y_of = |v: f64| height - bottom - inset - v.clamp(0.0, 1.0) * (height - bottom - top - 2.0 * inset);
    let mut svg = open(caption, width, height);
    svg.raw("<rect class=\"frame\"").num("x", left).num("y", top).num("width", width - left - right).num("height", height - top - bottom).raw("/>");
    svg.raw("<line class=\"zero\"").num("x1", x_of(cut.0)).num("x2", x_of(cut.0)).num("y1", top).num("y2", height - bottom).raw("/>");
    svg.raw("<line class=\"zero\"").num("x1", left).num("x2", width - right).num("y1", y_of(cut.1)).num("y2", y_of(cut.1)).raw("/>");
    let corner_at = [
        ("axis", left + 8.0, height - bottom - 8.0),
        ("axis end", width - right - 8.0, height - bottom - 8.0),
        ("axis", left + 8.0, top + 16.0),
        ("axis end", width - right - 8.0, top + 16.0),
    ];
    for (name, (class, x, y)) in corners.iter().zip(corner_at) {
        text_at(&mut svg, class, x, y, name, "");
    }
    let placed: Vec<(f64, f64, f64)> =
        dots.iter().map(|dot| (x_of(dot.at.0), y_of(dot.at.1), SMALLEST + (LARGEST - SMALLEST) * dot.size.clamp(0.0, 1.0).sqrt())).collect();
    for (dot, (x, y, r)) in dots.iter().zip(&placed) {
        group(&mut svg, &dot.drill);
        svg.raw("<title>").text(&dot.tip).raw("</title><circle").attr("class", &format!("dot {}", dot.class)).num("cx", *x).num("cy", *y).num("r", *r);
        svg.raw("/></g>");
    }
    // Names that would lie on each other, or on another circle, are left to the pointer and the table.
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    for (at, (dot, (x, y, r))) in dots.iter().zip(&placed).enumerate() {
        let label = fitted(&dot.label, 170.0);
        let w = width_of(&label);
        let is_left = x + r + 6.0 + w > width - right;
        let start = if is_left { x - r - 4.0 - w } else { x + r + 4.0 };
        let is_free = taken.iter().all(|(tx, ty, tw)| (ty - y).abs() > 15.0 || start > tx + tw || start + w < *tx);
        let is_clear =
            placed.iter().enumerate().all(|(other, (ox, oy, or))| other == at || (oy - y).abs() > or + 7.0 || start > ox + or || start + w < ox - or);
        if is_free && is_clear {
            text_at(&mut svg, if is_left { "label end halo" } else { "label halo" }, if is_left { x - r - 4.0 } else { start }, y + 4.5, &label, "");
            taken.push((start, *y, w));
        }
    }
    text_at(&mut svg, "axis middle", (left + width - right) / 2.0, height - 10.0, x_title, "");
    svg.raw("<text class=\"axis middle\"").attr("transform", &format!("translate(14 {}) rotate(-90)", coordinate((top + height - bottom) / 2.0))).raw(">");
    svg.text(y_title).raw("</text>");
    close(svg)
}

fn open(caption: &Caption, width: f64, height: f64) -> Markup {
    let mut svg = Markup::new();
    svg.raw("<svg role=\"img\"").attr("viewBox", &format!("0 0 {} {}", coordinate(width), coordinate(height)));
    // A label on the element, rather than ids of title and desc: the same chart stands in two languages on one page.
    svg.attr("aria-label", &if caption.description.is_empty() { caption.title.to_string() } else { format!("{}. {}", caption.title, caption.description) });
    svg.raw(">").element("title", caption.title);
    if !caption.description.is_empty() {
        svg.element("desc", caption.description);
    }
    svg
}

fn close(mut svg: Markup) -> Markup {
    svg.raw("</svg>");
    svg
}

fn group(svg: &mut Markup, drill: &str) {
    if drill.is_empty() {
        svg.raw("<g>");
    } else {
        svg.raw("<g class=\"drill\"").attr("data-q", drill).raw(">");
    }
}

fn mark(svg: &mut Markup, part: &Part, x: f64, y: f64, width: f64, height: f64) {
    svg.raw("<rect");
    if part.drill.is_empty() {
        svg.attr("class", part.class);
    } else {
        svg.attr("class", &format!("{} drill", part.class)).attr("data-q", &part.drill);
    }
    svg.num("x", x).num("y", y).num("width", width).num("height", height);
    if part.tip.is_empty() {
        svg.raw("/>");
    } else {
        svg.raw("><title>").text(&part.tip).raw("</title></rect>");
    }
}

fn text_at(svg: &mut Markup, class: &'static str, x: f64, y: f64, text: &str, whole: &str) {
    svg.raw("<text").attr("class", class).num("x", x).num("y", y).raw(">");
    if !whole.is_empty() && whole != text {
        svg.raw("<title>").text(whole).raw("</title>");
    }
    svg.text(text).raw("</text>");
}

fn grid_lines(svg: &mut Markup, ticks: &[f64], left: f64, base: f64, scale: f64, tick_label: &dyn Fn(f64) -> String) {
    for &tick in ticks {
        let y = base - tick * scale;
        svg.raw("<line class=\"rule\"").num("x1", left).num("x2", WIDTH - 4.0).num("y1", y).num("y2", y).raw("/>");
        text_at(svg, "axis end", left - 10.0, y + 4.0, &tick_label(tick), "");
    }
}

/// Three to six round numbers from `from` to at least `high`.
fn ticks(from: f64, high: f64) -> Vec<f64> {
    if high <= from || high.is_nan() {
        return vec![from, from + 1.0];
    }
    let rough = (high - from) / 4.0;
    let magnitude = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * magnitude).find(|s| *s >= rough).unwrap_or(10.0 * magnitude);
    // 0.6 / 0.1 is a hair below 6: without the allowance the scale would begin one step too early.
    let first = (from / step + 1e-9).floor();
    let last = (high / step - 1e-9).ceil();
    (first as i64..=last as i64).map(|n| n as f64 * step).collect()
}

/// Every how many labels one is written so that none touches the next.
fn every<'a>(labels: impl Iterator<Item = &'a str>, step: f64) -> usize {
    let widest = labels.map(|l| l.chars().count() as f64 * 11.5 * CHARACTER_WIDTH).fold(0.0, f64::max) + 10.0;
    if step > 0.0 { (widest / step).ceil().max(1.0) as usize } else { 1 }
}

/// Widths of text as system fonts set it: capitals and the widest letters take more room than the mean.
fn width_of(text: &str) -> f64 {
    text.chars().map(character_width).sum()
}

fn character_width(c: char) -> f64 {
    let wide = c.is_uppercase() || matches!(c, 'm' | 'w' | '%' | '+' | '\u{2212}');
    LABEL_SIZE * CHARACTER_WIDTH * if wide { 1.3 } else { 1.0 }
}

/// Width of a column of labels: what they need, within bounds that leave room for the bars.
fn label_column<'a>(labels: impl Iterator<Item = &'a str>) -> f64 {
    (labels.map(width_of).fold(0.0, f64::max) + LABEL_MARGIN).clamp(110.0, 360.0)
}

/// The text, cut with an ellipsis when it is wider than `width`.
fn fitted(text: &str, width: f64) -> String {
    // A column is made as wide as its widest label and a margin; taking the margin off again may lose a hair.
    if width_of(text) <= width + 1e-6 {
        return text.to_string();
    }
    let mut room = width - character_width('…');
    let mut cut: String = text
        .chars()
        .take_while(|c| {
            room -= character_width(*c);
            room >= 0.0
        })
        .collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tiles_fill_the_area() {
        let areas = [600.0, 300.0, 200.0, 70.0, 30.0];
        let tiles = squarify(&areas, 40.0, 30.0);
        for (area, (x, y, w, h)) in areas.iter().zip(&tiles) {
            assert!((w * h - area).abs() < 1e-6 && *x >= 0.0 && *y >= 0.0 && x + w <= 40.0 + 1e-6 && y + h <= 30.0 + 1e-6, "{area}: {x} {y} {w} {h}");
        }
        assert_eq!(squarify(&[], 1.0, 1.0), []);
    }

    #[test]
    fn scales_are_round() {
        for (from, high, expect) in [(0.0, 97.0, vec![0.0, 25.0, 50.0, 75.0, 100.0]), (0.0, 0.0, vec![0.0, 1.0]), (0.6, 0.9, vec![0.6, 0.7, 0.8, 0.9])] {
            let got = ticks(from, high);
            assert!(got.len() == expect.len() && got.iter().zip(&expect).all(|(a, b)| (a - b).abs() < 1e-9), "{from} to {high}: {got:?}");
        }
    }

    #[test]
    fn the_widest_label_of_a_column_fits_it() {
        for label in ["… och rätt omfattning och enhet", "Pris eller antal (oklart)", "Sortiment"] {
            let column = label_column([label, "kort"].into_iter());
            assert_eq!(fitted(label, column - LABEL_MARGIN), label);
        }
    }

    #[test]
    fn labels_are_cut_and_escaped() {
        let svg = bars(&Caption { title: "<b>", description: "" }, &[Bar { label: "</svg><script>".repeat(9), value: "1".into(), ..Bar::default() }], 1.0);
        assert!(!svg.as_str().contains("<script>") && svg.as_str().contains('…') && svg.as_str().contains("&lt;b&gt;"));
    }
}
