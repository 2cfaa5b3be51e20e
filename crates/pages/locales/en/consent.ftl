# What an app asks for, and the answer.

consent-title = Allow { $app }?
consent-question-html = Allow <bdi>{ $app }</bdi> to use your { $product } account?
consent-domain-html = Publisher proved by <bdi>{ $domain }</bdi>
consent-by-html = By <bdi>{ $publisher }</bdi>
consent-reviewed = Reviewed by { $product }
consent-not-reviewed = Not reviewed by { $product }
consent-signed-in-as = You are signed in as

# The button that lets somebody else sign in; the second one says more to a screen reader.
consent-not-you = Not you?
consent-other-account = Sign out and use another account

consent-nothing-html = <bdi>{ $app }</bdi> asks only to recognise your account. It asks for no permissions.

# Before what the provider's operator wrote, such as “See your tasks”.
consent-would-like-html = <bdi>{ $app }</bdi> would like to:
consent-own-api-title = Your apps
consent-own-api = Register, change, hand over and delete the apps that you run, make and revoke their secrets, and run your organizations, without asking for your password
consent-own-reviews-title = Requests for review
consent-own-reviews = If you administer this service: look at what developers ask to have reviewed, and approve, refuse or ask back in your name
risk-write = Can make changes
risk-delete = Can delete
risk-full = Full access
consent-told-html = <bdi>{ $app }</bdi> is also told your name and e-mail address.

# The workspaces of a person: organizations, and their own account.
consent-workspace-html = For whom may <bdi>{ $app }</bdi> work?
consent-workspace-own = My own account
consent-workspace-less = Its owners limit this app. It does not get: { $scopes }
consent-workspace-nothing = Its owners do not let this app in.

# Where the answer goes.
consent-back-to-html = You will go back to <strong class="host">{ $host }</strong>
consent-this-computer-html = You will go back to <strong class="host">{ $host }</strong>, a program running on this computer. Allow it only if you have just started it yourself.
consent-device-html = Allow it only if a device in front of you shows <strong class="user-code">{ $code }</strong>. If somebody sent you this code or asked you to type it, choose Deny: they would get into your account.

consent-deny = Deny
consent-allow = Allow

# Why the page is shown again.
consent-out-of-date = This page was out of date, so nothing was allowed yet. Please answer again.
consent-changed = What is asked has changed since this page was shown, so nothing was allowed yet. Please answer again.
consent-workspace-missing = Choose for whom the app may work. Nothing was allowed yet.
consent-reason-html = The app says: <q><bdi>{ $reason }</bdi></q>
consent-caution-draft = This app was not reviewed yet. Until it is, only you and whoever runs it with you can use it.
consent-caution-unreviewed = { $product } has not looked at this app yet. Allow it only if you know who made it.
app-full-title = This app cannot be connected now
app-full = { $app } was not reviewed by { $product } yet, and as many people use it as may until then. Its developers can ask for the review.

# What can be left out.
consent-would-also-like-html = <bdi>{ $app }</bdi> would also like to:
consent-earlier = What you have allowed it before
consent-boxes = The app can do without what has a box.
consent-tick = Tick what you allow.
consent-breadth = How much do you allow?
consent-everything = Everything listed here
consent-reading = Only what looks and changes nothing
consent-ticked = Only what I tick
consent-new = New
consent-required = Required
consent-missing = The app cannot do without what is marked as required: { $scopes }. Tick it, or choose Deny. Nothing was allowed yet.
consent-unclear = You chose everything, but not every box was ticked. Please choose again. Nothing was allowed yet.
consent-group = Permissions
# How many there are in a group.
consent-count = ({ $count })

# How long it lasts. The second one is about an app that cannot prolong it.
consent-lasts = This lasts until you remove the app from the connected apps of your account, and { $time } at most.
consent-lasts-once = This lasts { $time }. You can end it at any time under the connected apps of your account.
time-minutes = { $count } minutes
time-hours = { $count } hours
time-days = { $count } days
time-minute = one minute
time-hour = one hour
time-day = one day
time-years = { $count } years
time-year = one year
consent-from-host-html = From <strong><bdi>{ $host }</bdi></strong>
consent-caution-introduced = This app registered itself, and nobody at { $product } has checked who made it: its name may be anybody’s. Allow it only if you have just started this yourself.
consent-caution-document = Nobody at { $product } has checked this app. All that is known of it comes from { $host }: allow it only if you have just started this yourself and know that address.
