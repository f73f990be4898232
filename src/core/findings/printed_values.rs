//! Values that are not strings, as programming languages print them: objects, types, functions, and
//! values in quotes.

/// The beginnings and ends of values that are not strings as languages print them, ignoring case.
const PRINTED: [(&str, &str); 30] = [
    ("[object ", "]"),
    ("optional(", ")"),
    ("optional[", "]"),
    ("some(", ")"),
    ("promise ", ""),
    ("promise{", "}"),
    ("promise(", ")"),
    ("function ", ""),
    ("function(", ""),
    ("async function", ""),
    ("[function", "]"),
    ("[asyncfunction", "]"),
    ("symbol(", ")"),
    ("closure: ", ""),
    ("instance of ", ""),
    ("#<", ">"),
    ("<built-in ", ">"),
    ("<function ", ">"),
    ("<bound method ", ">"),
    ("<class '", ">"),
    ("<module '", ">"),
    ("<lambda", ">"),
    ("<coroutine ", ">"),
    ("<generator ", ">"),
    ("map[", "]"),
    ("hash(0x", ")"),
    ("array(0x", ")"),
    ("code(0x", ")"),
    ("scalar(0x", ")"),
    ("system.threading.tasks.task`", ""),
];
/// Values that are not strings as languages print them, ignoring case.
const PRINTED_WHOLE: [&str; 9] =
    ["optional.empty", "<na>", "#n/a", "#null!", "#ref!", "#value!", "#name?", "#num!", "#div/0!"];
/// The namespaces and types of .NET that occur as the texts of objects.
const DOTNET_TYPES: [&str; 22] = [
    "Object",
    "String",
    "Char",
    "Boolean",
    "Byte",
    "Int16",
    "Int32",
    "Int64",
    "UInt32",
    "UInt64",
    "Single",
    "Double",
    "Decimal",
    "Guid",
    "DateTime",
    "DBNull",
    "Collections",
    "Linq",
    "Func",
    "Lazy",
    "Nullable",
    "Text",
];

/// Returns true for a value that is not a string, as a language prints it.
pub(super) fn is_printed(text: &str) -> bool {
    let fits = |&(start, end): &(&str, &str)| {
        let head = text.as_bytes().get(..start.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes())) && text.ends_with(end)
    };
    PRINTED.iter().any(fits)
        || text.contains(" object at 0x")
        || text.contains(" object (") && text.ends_with(')')
        || text.contains("=>")
        || PRINTED_WHOLE.iter().any(|whole| whole.eq_ignore_ascii_case(text))
        || is_json(text)
        || is_bytes(text)
        || is_constructed(text)
        || is_type_and_hash(text)
        || is_dotnet_type(text)
}

/// Returns true for a list or an object as text, in JSON or with the quotes of Python.
fn is_json(text: &str) -> bool {
    let inside = |open, close| Some(text.strip_prefix(open)?.strip_suffix(close)?.trim());
    if let Some(members) = inside('{', '}') {
        return members.is_empty() || members.starts_with(['"', '\'']) && members.contains(':');
    }
    inside('[', ']').is_some_and(|items| {
        let number =
            |b: u8| matches!(b, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E' | b',' | b' ');
        let first = items.split(',').next().unwrap_or_default().trim();
        items.starts_with(['"', '\'', '{', '['])
            || items.bytes().all(number)
            || ["true", "false", "null"].iter().any(|word| word.eq_ignore_ascii_case(first))
    })
}

/// Returns true for the bytes and texts of Python with their prefix: `b'abc'`, `u"abc"`.
fn is_bytes(text: &str) -> bool {
    let mut inside = text.strip_prefix(['b', 'B', 'u', 'r']).unwrap_or_default().bytes();
    let (first, last) = (inside.next(), inside.next_back());
    matches!(first, Some(b'\'' | b'"')) && first == last
}

/// Returns true for a value after the name of its type: `Company(id=12)`, `Company{id=12, …}`,
/// `Company [id: 12]`, `ObjectId('5f7c')`, `<Company: Acme>`, `&{12 Acme}`.
fn is_constructed(text: &str) -> bool {
    let is_type = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'$'))
    };
    if let Some(inside) = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')) {
        let name = inside.split([':', ' ']).next().unwrap_or_default();
        let is_class = is_type(name) && name.contains(|c: char| c.is_ascii_uppercase());
        let is_upper = !name.contains(|c: char| c.is_ascii_lowercase());
        return is_class && !is_upper && name.len() < inside.len();
    }
    if text.starts_with("&{") && text.ends_with('}') {
        return true;
    }
    let Some(at) = text.find(['(', '{', '[']) else { return false };
    let (name, inside) = (text[..at].trim_end(), &text[at + 1..]);
    let end = match text.as_bytes()[at] {
        b'(' => ')',
        b'{' => '}',
        _ => ']',
    };
    let Some(inside) = inside.strip_suffix(end).filter(|_| is_type(name)) else { return false };
    let inside = inside.trim();
    let is_quoted =
        |quote: char| inside.len() > 1 && inside.starts_with(quote) && inside.ends_with(quote);
    let is_field = || {
        let end = inside.find(['=', ':']).unwrap_or_default();
        is_type(inside[..end].trim_end())
    };
    is_quoted('\'') || is_quoted('"') || is_field()
}

/// Returns true for an object of Java without a text of its own: `com.acme.Company@1b6d3586`,
/// `[Ljava.lang.String;@6d06d69c`.
fn is_type_and_hash(text: &str) -> bool {
    let Some((name, hash)) = text.rsplit_once('@') else { return false };
    let is_hash = matches!(hash.len(), 5..=8)
        && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        && hash.bytes().any(|b| b.is_ascii_digit());
    let name = name.trim_start_matches('[').trim_end_matches(';');
    let class = name.rsplit(['.', '$', '/']).next().unwrap_or_default();
    let is_class = class.starts_with(|c: char| c.is_ascii_uppercase() || c.is_ascii_digit());
    is_hash && is_class && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.$/".contains(&b))
}

/// Returns true for the name of a type, which is the text of objects in .NET: `System.Object`,
/// `System.String[]`.
fn is_dotnet_type(text: &str) -> bool {
    text.strip_prefix("System.").is_some_and(|name| {
        let end = name.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(name.len());
        DOTNET_TYPES.contains(&&name[..end])
    })
}
