# Requests for review: what developers ask, and what administrators decide.

review-title = Review of { $app }
review-open = Waits for an administrator
review-asked-back = Waits for the developer
review-approved = Approved
review-refused = Not approved
review-withdrawn = Taken back
review-draft = This app is a draft until somebody asks for its review: whoever runs it can use it, and nobody else can.
review-waits = This app waits for its review. Until then whoever runs it can use it, and nobody else can.
review-nothing = Nothing of this app needs approval.
review-ask-title = Ask for a review
review-ask-means = The people who run this service look at your app as it is now, with what you write here. If you change it afterwards, they look again.
review-whole = Let other people use this app
review-scopes = Ask people for more
review-why = Why does your app need it? People read it too.
review-note = What else should they know? (may stay empty)
review-ask = Ask for the review
review-asked-at = Asked { $time }
review-reason = The reason:
review-answer = Answer
review-answer-hint = With your answer the app is looked at as it is now.
review-send = Send
review-withdraw = Take the request back
review-by-administrator = { $name }, who looks at apps
review-by-us = The people who run this service
review-done-asked = Your request is on its way.
review-done-answered = Your answer is sent.
review-done-withdrawn = The request is taken back.
review-why-wrong = Say in at most 300 characters on one line, all of which can be seen, why your app needs it.
review-text-wrong = Write something of at most 2000 characters, all of which can be seen.
review-none-chosen = Nothing is chosen that needs approval.
review-is-open = This app has a request already: it is shown below.
review-too-many = That is often enough for now. Try again tomorrow.
review-over = This request is decided or taken back already.
review-closed = This app is switched off: nothing can be asked for it.
review-link = Review and restricted scopes
review-publisher = Publisher
review-logo = Picture
review-kind = Kind
review-grants = Grants
review-optional = Can do without
review-reasons = Reasons

requests-title = Requests for review
requests-filter = Which requests
requests-all = All
requests-none = There are none.
requests-whole = The whole app
requests-waiting = { $count ->
    [one] One request for review waits for you
   *[other] { $count } requests for review wait for you
}

request-asked = What is asked for
request-looked-at = The app
request-now = Now:
request-talk = What was said
request-judge = Your decision
request-text = What the developer is told
request-text-hint = To refuse or to ask, write why or what. It may stay empty when you approve.
request-approve = Approve
request-refuse = Refuse
request-ask-back = Ask the developer
request-is-changed = The app is not what it was when this was asked. It cannot be approved until its developer answers or asks again.
request-changed = The app was changed: what was looked at is what is approved. What is different now is marked below.
request-stale = Something was said or done since you opened this page. It is shown as it is now: look again.
request-verdict-none = Press one of the three buttons.
request-scope-gone = One of these scopes is not restricted any more, or gone: refuse the request, so that the developer asks again.
request-done-approved = The request is approved.
request-done-refused = The request is refused.
request-done-asked = Your question is sent.
review-room = This app was not reviewed yet: { $left ->
    [one] one more person
   *[other] { $left } more people
} of { $cap } can connect it until it is.

# Who may register apps where that takes an invitation.
developers-title = Invited developers
developers-do-not-count = Registering an app takes no invitation here as things stand. It does where apps.registration is "invite".
developers-invite-title = Invite somebody
developers-invite = Invite
developers-email = E-mail
developers-email-hint = Whoever has confirmed that this address is theirs makes apps from then on.
developers-email-wrong = This is no e-mail address: write it like ada@example.com.
developers-known = This address is invited already.
developers-no-mail = No mail is sent here: tell them yourself.
developers-invited = Who is invited
developers-none = Nobody is.
developers-since = Since { $time }
developers-withdraw = Take the invitation back
developers-withdraw-means = They make no new apps from then on. The apps that they have stay.
developers-done-invited = The address is invited.
developers-done-withdrawn = The invitation is taken back.
