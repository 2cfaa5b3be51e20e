# Pages that say one thing: what happened, and where to go on.

notice-for-developers = For the app’s developer
notice-error = Error
notice-what-it-means = What it means
notice-go-to = Go to { $app }
notice-start-again = Start again
notice-some-app = The app

# The app has what it asked for, and the browser came back.
connected-title = Connected
connected = { $app } has what you allowed. You can close this page.

# Nobody answered in time. The second sentence follows the first where somebody is signed in.
expired-title = This request has expired
expired-signed-in = You are signed in.
expired-of-app = { $app } waited too long for an answer, so nothing was allowed. Start again.
expired = Nothing was allowed. Go back to the app that sent you here and start again.

answered-title = You have already answered this request
answered = Your answer went to { $app }. If something went wrong there, ask again.
answered-again = Start this request again

# Nothing is at an address.
nothing-here-title = There is nothing here
nothing-here = The address may be mistyped, or this provider has switched the feature off.
no-page-title = This address is not a page
no-page = It takes requests of another kind. Go back and try again.

# A form that is not taken.
role-title = Your role does not allow this
role = You belong to the organization, and this is for members who may do more there. Ask one of its owners.
foreign-form-title = This form came from another site
foreign-form = For your safety it was not accepted. Go back to the app and start again.
at-portal-title = This form is not here
at-portal = The pages for developers have a host of their own. Go there, sign in, and send it again.
to-portal = Go to the pages for developers
astray-title = Signing in did not work
astray = It began in another browser, too long ago, or without cookies. Allow cookies for this site and start again.
astray-again = Sign in again
unread-title = The form could not be read
unread-type = It is not an HTML form (application/x-www-form-urlencoded).
unread-parts = It came in pieces that cannot be put together. Go back and send it again.
unread-twice = A field appears twice.
unread-session = It does not say which session.
unread-too-large = It is larger than any form of ours.
unread-incomplete = It did not arrive whole.

# A request that is not answered at all.
unanswered-title = This request was not accepted
unanswered-host = The request must have one Host header. Go back and try again.
unanswered-head = The request’s head is larger than 32 KiB. Go back and try again.
unanswered-slow = The request took longer than 30 seconds. Go back and try again.
unanswered-code = The address has no user code, or one that cannot be. Go back and try again.
unanswered-other = The request cannot be answered. Go back and try again.
unanswered-failed = The server failed. Go back and try again.

# The server has too much to do, or its database does not work.
later-title = Please try again in a moment
limited = { $seconds ->
    [one] Too many requests come from your network just now. Wait { $seconds } second and try again.
   *[other] Too many requests come from your network just now. Wait { $seconds } seconds and try again.
}
later = The server cannot read or store anything just now. Nothing of what you did was lost half-way: go back, and do it again.

# Why parameters cannot be read.
params-escape = A percent sign is not followed by two hexadecimal digits; it is written as %25.
params-utf8 = The parameters are not UTF-8.
params-nul = A parameter contains a NUL character.
params-too-many = There are more than 64 parameters.
params-json = The body must be one JSON object whose values are strings.

form-post-title = Back to the app
form-post-question = Going back to { $app }
form-post-button = Continue
