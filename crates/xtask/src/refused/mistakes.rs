//! The mistakes, and by what each is refused.

/// Something that is easily done wrong, or left out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mistake {
    /// What is wrong with it.
    pub(super) name: &'static str,
    pub(super) edits: &'static [Edit],
    pub(super) refusal: Refusal,
    /// What is said of it, among the rest.
    pub(super) says: &'static [&'static str],
}

/// Text in place of text that is in a file once.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edit {
    pub(super) file: &'static str,
    pub(super) right: &'static str,
    pub(super) wrong: &'static str,
}

/// What refuses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It does not compile.
    Compiler,
    /// There is a warning, which `./test` takes for an error.
    Lint,
    /// This test fails.
    Test(&'static str),
}

const FORMS: Refusal = Refusal::Test("rooms::tests::what_pages_post_is_taken_as_a_form");
const HEADERS: Refusal =
    Refusal::Test("http::api_error::tests::a_program_is_told_what_the_status_asks_for");

const ACCOUNT: &str = "crates/server/src/account/mod.rs";
const PREFERENCES: &str = "crates/server/src/account/preferences.rs";
const OAUTH: &str = "crates/server/src/oauth/mod.rs";
const JOBS: &str = "crates/server/src/jobs/list.rs";
const BOUNCES: &str = "crates/protocol/src/transition/bounce.rs";

/// See the module. What the compiler refuses comes first: that takes seconds.
pub(super) const MISTAKES: &[Mistake] = &[
    Mistake {
        name: "a form's handler takes the body itself",
        edits: &[Edit {
            file: ACCOUNT,
            right: "site.form::<PreferencesForm, _, _>(preferences::submit);",
            wrong: "site.form::<PreferencesForm, _, _>(\n        \
                    async |_: axum::extract::State<crate::state::App>, _: axum::body::Bytes| \"done\",\n    );",
        }],
        refusal: Refusal::Compiler,
        says: &["error[E0", ACCOUNT, "required by a bound in `Site::form`"],
    },
    Mistake {
        name: "a form's handler looks into it without a word on one that is out of date",
        edits: &[Edit {
            file: PREFERENCES,
            right: "    let (browser, facts, form) = own_form(&app, posted).await?;\n",
            wrong: "    let Posted::Current(browser, form) = posted;\n    \
                    let facts = browser.session.clone().expect(\"a session\");\n",
        }],
        refusal: Refusal::Compiler,
        says: &["error[E0005]", PREFERENCES, "Posted::OutOfDate"],
    },
    Mistake {
        name: "a form is read as programs' requests are",
        edits: &[Edit {
            file: PREFERENCES,
            right: "use crate::ops::clock::Zone;\n",
            wrong: "use crate::oauth::request::BufferedRequest;\nuse crate::ops::clock::Zone;\n",
        }],
        refusal: Refusal::Compiler,
        says: &["error[E0603]", PREFERENCES, "module `request` is private"],
    },
    Mistake {
        name: "a page fails with an error that is no page",
        edits: &[Edit {
            file: ACCOUNT,
            right: "site.page(PreferencesForm::PATH, preferences::show);",
            wrong: "site.page(PreferencesForm::PATH, async || Err::<(), _>(store::StoreError::Overloaded));",
        }],
        refusal: Refusal::Compiler,
        says: &["error[E0277]", ACCOUNT, "Handler<"],
    },
    Mistake {
        name: "an endpoint fails with an error that is not the endpoints'",
        edits: &[Edit {
            file: OAUTH,
            right: "post(revoke::revoke)",
            wrong: "post(async || Err::<(), _>(store::StoreError::Overloaded))",
        }],
        refusal: Refusal::Compiler,
        says: &["error[E0277]", OAUTH, "Handler<"],
    },
    Mistake {
        name: "a message has no job in the list",
        edits: &[Edit {
            file: JOBS,
            right: "            Kind::ReviewMail => run(&self.review_mail, kind, entry).await,\n",
            wrong: "",
        }],
        refusal: Refusal::Compiler,
        says: &["error[E0004]", JOBS, "Kind::ReviewMail"],
    },
    Mistake {
        name: "a transition has no name and no event",
        edits: &[CHANGE],
        refusal: Refusal::Compiler,
        says: &["error[E0004]", BOUNCES, "BounceChange::Everything"],
    },
    Mistake {
        name: "a transition is not applied",
        edits: &[
            CHANGE,
            Edit {
                file: BOUNCES,
                right: "            Self::TakeTurn { .. } => return None,\n",
                wrong: "            Self::TakeTurn { .. } | Self::Everything => return None,\n",
            },
            Edit {
                file: "crates/protocol/src/transition/name.rs",
                right: "=> \"bounce.take_turn\",\n",
                wrong: "=> \"bounce.take_turn\",\n    \
                        Everything Transition::Bounce(BounceChange::Everything) => \"bounce.everything\",\n",
            },
        ],
        refusal: Refusal::Compiler,
        says: &[
            "error[E0004]",
            "crates/store/src/changes/bounce.rs",
            "BounceChange::Everything",
        ],
    },
    Mistake {
        name: "a transition with statements of its own is applied by neither engine",
        edits: &[Edit {
            file: "crates/store/src/changes/mod.rs",
            right: "    RevokeAccessToken(Locator),\n}\n",
            wrong: "    RevokeAccessToken(Locator),\n    Everything,\n}\n",
        }],
        refusal: Refusal::Compiler,
        says: &[
            "error[E0004]",
            "crates/store/src/sqlite/",
            "crates/store/src/postgres/",
            "Hot::Everything",
        ],
    },
    Mistake {
        name: "a job beside the requests is not begun",
        edits: &[Edit {
            file: "crates/server/src/jobs/mod.rs",
            right: "    jobs.begin(\"sweep\", |ending| sweep(app(), ending));\n",
            wrong: "",
        }],
        refusal: Refusal::Lint,
        says: &["function `sweep` is never used"],
    },
    Mistake {
        name: "a form that a page shows is not mounted",
        edits: &[Edit {
            file: ACCOUNT,
            right: "    site.form::<PreferencesForm, _, _>(preferences::submit);\n",
            wrong: "",
        }],
        refusal: FORMS,
        says: &["what_pages_post_is_taken_as_a_form stdout"],
    },
    Mistake {
        name: "an error leaves out the header that says what to do",
        edits: &[Edit {
            file: "crates/server/src/http/api_error.rs",
            right: "        reply::challenge(&mut response, CHALLENGE);\n",
            wrong: "        let _ = CHALLENGE;\n",
        }],
        refusal: HEADERS,
        says: &["InvalidClient"],
    },
];

/// One more change of a family.
const CHANGE: Edit = Edit {
    file: BOUNCES,
    right: "pub enum BounceChange {\n",
    wrong: "pub enum BounceChange {\n    /// A change.\n    Everything,\n",
};
