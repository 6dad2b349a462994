//! Numbers as words.

/// What stands where there is no number.
pub(super) const NONE: &str = "–";

/// A number with so many digits after the point and a true minus sign; a dash when it is not finite.
pub(super) fn fixed(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        return NONE.into();
    }
    let text = format!("{value:.digits$}");
    match text.strip_prefix('-') {
        // Nothing is left of it after rounding: no sign either.
        Some(rest) if rest.bytes().all(|b| b == b'0' || b == b'.') => rest.into(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

/// A place in a drawing: tenths of a pixel are finer than any screen or printer.
pub(super) fn place(value: f64) -> String {
    if !value.is_finite() {
        return "0".into();
    }
    // Far outside any drawing; more digits would say nothing.
    let text = format!("{:.1}", value.clamp(-1e5, 1e5));
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if text == "-0" {
        "0".into()
    } else {
        text.into()
    }
}

/// Text that may stand in an element or a quoted attribute. Control characters are left out: they may not
/// stand in a document.
pub(super) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
