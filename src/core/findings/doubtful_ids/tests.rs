use super::*;

fn all(doubt: Option<IdDoubt>, texts: &[&str]) {
    for text in texts {
        assert_eq!(doubt_of(text), doubt, "{text:?}");
    }
}

#[test]
fn missing_values_of_every_language_are_placeholders() {
    all(
        Some(IdDoubt::Placeholder),
        &[
            "undefined",
            "Undefined",
            "null",
            "NULL",
            "nil",
            "None",
            "none",
            "NaN",
            "(null)",
            "(nil)",
            "<nil>",
            "<null>",
            "<NA>",
            "N/A",
            "n/a",
            "#N/A",
            "false",
            "False",
            "[null]",
            "\"null\"",
            "'undefined'",
            " None ",
            "NoneType",
            "NilClass",
            "DBNull",
            "''",
            "\"\"",
            "\"''\"",
            "undefined@acme.com",
            "null@acme.com",
            "ann+undefined@acme.com",
            "\u{a0}null",
        ],
    );
}

#[test]
fn unfilled_templates_are_placeholders() {
    all(
        Some(IdDoubt::Placeholder),
        &[
            "{{user.id}}",
            "{{ account.id }}",
            "${userId}",
            "acct-${id}",
            "%{account_id}",
            "<%= user.id %>",
            "#{user.id}",
            "{% user %}",
            "{!! $id !!}",
            "$(id)",
            "@{user.id}",
            "[[user_id]]",
            "%%user_id%%",
            "[% id %]",
            "%s",
            "%d",
            "%v",
            "%@",
            "%ld",
            "%1$s",
            "%(id)s",
            "user-%s",
            "%s-7",
            "{0}",
            "acct_{0}",
            "{0}-{1}",
            "user-{}",
            "$USER_ID",
            "$ID_1",
            "%!s(<nil>)",
            "acct_%!d(string=x)",
        ],
    );
}

#[test]
fn printed_values_that_are_no_text_are_placeholders() {
    all(
        Some(IdDoubt::Placeholder),
        &[
            "[object Object]",
            "[object Promise]",
            "Optional(\"u1\")",
            "Optional[u1]",
            "Optional.empty",
            "Some(\"u1\")",
            "Promise { <pending> }",
            "function () {}",
            "function(){}",
            "() => user.id",
            "[Function: id]",
            "#<User:0x00007f8b>",
            "<built-in function id>",
            "<function id at 0x10>",
            "<User object at 0x10>",
            "Instance of 'User'",
            "com.acme.Company@1b6d3586",
            "Company@1b6d3586",
            "com.acme.Outer$Inner@7a81197d",
            "[Ljava.lang.String;@6d06d69c",
            "[B@1540e19d",
            "System.Object",
            "System.String[]",
            "System.Collections.Generic.List`1[System.Int32]",
            "System.DBNull",
            "Company(id=12)",
            "Company(id=12, name='Acme')",
            "Company{id=12}",
            "Company [id=12]",
            "Company { id: 12 }",
            "models.Company(id: 12)",
            "<Company: Acme>",
            "<Company 12>",
            "Company object (12)",
            "&{12 Acme}",
            "ObjectId('507f1f77bcf86cd799439011')",
            "ObjectId(\"507f1f77bcf86cd799439011\")",
            "UUID('3f2504e0-4f89-11d3-9a0c-0305e82c3301')",
            "Decimal('12')",
            "b'abc'",
            "b\"abc\"",
            "u'abc'",
            "Array",
            "Object",
            "HASH(0x55d)",
            "map[id:a1]",
            "{\"id\":\"a1\"}",
            "{'id': 1}",
            "{}",
            "[]",
            "[1, 2]",
            "[\"a1\"]",
            "[null, 1]",
        ],
    );
}

#[test]
fn zeros_and_parts_are_placeholders() {
    all(
        Some(IdDoubt::Placeholder),
        &[
            "00000000-0000-0000-0000-000000000000",
            "00000000000000000000000000000000",
            "{00000000-0000-0000-0000-000000000000}",
            "org_undefined",
            "user:null",
            "acct-None",
            "nil/7",
            "a.NaN.b",
            "undefined_undefined",
        ],
    );
}

#[test]
fn names_of_ids_and_of_anybody_stand_for_an_id() {
    all(
        Some(IdDoubt::StandIn),
        &[
            "userId",
            "user_id",
            "USER_ID",
            "accountId",
            "ACCOUNT_ID",
            "account-id",
            "account id",
            "user.id",
            "user_i_d",
            "your_account_id",
            "YOUR_USER_ID",
            "my-user-id",
            "<account_id>",
            "[userId]",
            "<your account id>",
            "%USER_ID%",
            "{user_id}",
            ":user_id",
            "YOUR_ACCOUNT_ID_HERE",
            "<id>",
            "YOUR_ID",
            "anonymous",
            "Guest",
            "unknown",
            "(unknown)",
            "TEST",
            "ANONYMOUS_ID",
            "PREVIOUS_ID",
            "externalId",
            " userId ",
        ],
    );
}

#[test]
fn blanks_and_invisible_characters_are_told() {
    all(
        Some(IdDoubt::Blanks),
        &[
            " a1",
            "a1 ",
            "a1\n",
            "a\u{a0}1",
            "acme\u{2800}",
            "acme\u{fe0f}",
            "ac\u{200c}me",
            "\u{feff}acme",
            "acme\u{200b}",
            "acme\u{e0041}",
            "a\tb",
            "Acme Corp",
            "Null Island",
            "ac\u{ad}me",
            "acme\u{3164}",
        ],
    );
}

#[test]
fn ids_are_left_alone() {
    all(
        None,
        &[
            "",
            "0",
            "-1",
            "42",
            "u1",
            "usr_501",
            "acct_42",
            "nonesuch",
            "nullable",
            "nilsson",
            "annan",
            "northwind",
            "acct_north_nine",
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301",
            "00000000-0000-0000-0000-000000000001",
            "{3F2504E0-4F89-11D3-9A0C-0305E82C3301}",
            "ann@example.org",
            "nan.smith@example.org",
            "nil@example.org",
            "o'neil",
            "testing",
            "test1",
            "guest_7",
            "object1",
            "objects",
            "arrays",
            "array",
            "acid",
            "david",
            "id",
            "user_id_7",
            "user1",
            "müller",
            "日本",
            "a/b",
            "auth0|5f7c8ec7c33c6c004bbafe82",
            "ann@1b6d3586",
            "ann@Company",
            "Ann@facade",
            "Company@example.org",
            "12@1b6d35867",
            "System.7",
            "System.Works",
            "system",
            "a%20b",
            "a%2Fb",
            "%C3%A9",
            "x%de",
            "50%",
            "{12345}",
            "acme{7a}",
            "Acme(EU)",
            "acme[7]",
            "b'a",
            "'",
            "o'neil's",
            "<a1>",
            "urn:uuid:3f2504e0",
            "key=(a)",
            "none@acme.com",
            "nilclass7",
            "urn:li:person:9",
            "$5",
            "$user",
            "#1",
            "a<b>",
            "(a1)",
            "[a1]",
            "x=1",
            "100%",
            "promises",
            "functional",
            "someone",
            "optional",
            "mapping",
            "0000000000000000",
            "falsework",
            "anonymous-7",
            "unknown_co",
            "hereid",
            "u_here",
            "😀",
        ],
    );
}

proptest::proptest! {
    /// Checks that the pass over the bytes accepts only texts that the close check accepts too.
    #[test]
    fn the_pass_over_the_bytes_agrees_with_the_close_check(
        text in "[nNuUiIlLoOaAdDeEfF_.:/-]{1,12}|[a-zA-Z0-9_.:/-]{1,24}\
                 |[A-Za-z.$]{0,9}@[0-9a-f.]{1,9}|System[.](Object|Func|x[a-z]{0,3})\
                 |[a-z]{0,5}[-_:/.@]?(undefined|NULL|nil|None|nan|n/a|Anonymous|unknown|userId|Optional[.]empty)"
    ) {
        let seen = text.bytes().fold(0, |seen, byte| seen | CLASS[usize::from(byte)]);
        proptest::prop_assert_eq!(doubt_of(&text), check_closely(&text, seen), "{}", text);
    }
}
