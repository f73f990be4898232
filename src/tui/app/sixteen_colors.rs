//! Colors for terminals with sixteen colors: `ESC [ 31 m` instead of `ESC [ 38;5;1 m`, which such
//! terminals may misread.

/// Replaces the color sequences of a frame with those for sixteen colors.
pub fn rewrite(frame: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(frame.len());
    let mut rest = frame;
    while let Some(at) = memchr::memmem::find(rest, b"\x1b[") {
        let (before, sequence) = rest.split_at(at + 2);
        out.extend_from_slice(before);
        let end = sequence.iter().position(|b| !matches!(b, b'0'..=b'9' | b';'));
        let (parameters, tail) = sequence.split_at(end.unwrap_or(sequence.len()));
        match (tail.first(), std::str::from_utf8(parameters)) {
            (Some(b'm'), Ok(parameters)) => {
                out.extend_from_slice(shorten_colors(parameters).as_bytes())
            }
            _ => out.extend_from_slice(parameters),
        }
        rest = tail;
    }
    out.extend_from_slice(rest);
    out
}

fn shorten_colors(parameters: &str) -> String {
    let all: Vec<&str> = parameters.split(';').collect();
    let mut out = Vec::new();
    let mut rest = all.as_slice();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let base = match *first {
            "38" => 30,
            "48" => 40,
            _ => {
                out.push((*first).to_owned());
                continue;
            }
        };
        let number = match tail {
            ["5", number, ..] => number.parse::<u16>().ok().filter(|number| *number < 16),
            _ => None,
        };
        match number {
            Some(number) => {
                let bright = if number < 8 { number } else { number - 8 + 60 };
                out.push((base + bright).to_string());
                rest = &tail[2..];
            }
            None => out.push((*first).to_owned()),
        }
    }
    out.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colors_become_short_and_nothing_else_changes() {
        let of = |frame: &str| String::from_utf8(rewrite(frame.as_bytes())).expect("UTF-8");
        assert_eq!(of("\x1b[38;5;1;48;5;11mx"), "\x1b[31;103mx");
        assert_eq!(of("\x1b[1m\x1b[38;5;8;49ma\x1b[0m"), "\x1b[1m\x1b[90;49ma\x1b[0m");
        for same in ["\x1b[2;5H38;5;1", "\x1b[?2026h", "\x1b[38;5;200m", "\x1b[", "\x1b[m", "é"] {
            assert_eq!(of(same), same);
        }
    }
}
