//! The terminal's background, dark or light, from the environment or from the terminal's answer.

/// The brightness of the terminal's background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Background {
    /// dark, or not known
    #[default]
    Dark,
    /// light
    Light,
}

/// The sequence that asks a terminal for the color of its background (OSC 11).
pub const ASK: &str = "\x1b]11;?\x1b\\";

impl Background {
    /// Reads `COLORFGBG`, whose last part is the number of the background's color.
    pub fn of_env(colors: &str) -> Option<Background> {
        match colors.rsplit(';').next()?.parse::<u8>().ok()? {
            7 | 9..=15 => Some(Background::Light),
            0..=8 => Some(Background::Dark),
            _ => None,
        }
    }

    /// Reads the color of a terminal's answer: `rgb:ffff/ffff/ffff`, with one to four digits per part; a
    /// fourth part (the transparency) may follow in `rgba:`.
    pub fn of_answer(answer: &str) -> Option<Background> {
        let (kind, parts) = answer.split_once(':')?;
        if !matches!(kind, "rgb" | "rgba") {
            return None;
        }
        let share = |part: &str| {
            if !part.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                return None;
            }
            let most =
                16_f64.powi(i32::try_from(part.len()).ok().filter(|len| (1..=4).contains(len))?);
            Some(f64::from(u16::from_str_radix(part, 16).ok()?) / (most - 1.0))
        };
        let parts: Option<Vec<f64>> = parts.split('/').map(share).collect();
        let [red, green, blue, ..] = parts?[..] else { return None };
        // the brightness that an eye perceives
        let light = 0.299 * red + 0.587 * green + 0.114 * blue > 0.5;
        Some(if light { Background::Light } else { Background::Dark })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read() {
        let of = Background::of_answer;
        assert_eq!(of("rgb:ffff/ffff/ffff"), Some(Background::Light));
        assert_eq!(of("rgb:fd/f6/e3"), Some(Background::Light));
        assert_eq!(of("rgba:f/f/f/8"), Some(Background::Light));
        assert_eq!(of("rgb:1e1e/1e1e/2e2e"), Some(Background::Dark));
        assert_eq!(of("rgb:0000/0000/ffff"), Some(Background::Dark), "blue is dark");
        for nonsense in
            ["", "rgb:", "rgb:ff/ff", "rgb:fffff/0/0", "rgb:xx/0/0", "hsl:1/1/1", "rgb:+f/0/0"]
        {
            assert_eq!(of(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn the_environment_may_say_it() {
        assert_eq!(Background::of_env("15;0"), Some(Background::Dark));
        assert_eq!(Background::of_env("0;default;15"), Some(Background::Light));
        assert_eq!(Background::of_env("0;7"), Some(Background::Light));
        assert_eq!(Background::of_env("12;8"), Some(Background::Dark));
        assert_eq!((Background::of_env(""), Background::of_env("0;default")), (None, None));
    }
}
