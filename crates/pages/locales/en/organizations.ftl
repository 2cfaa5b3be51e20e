# Organizations, in which several people run apps.

organizations-title = Organizations
organizations-means = In an organization several people run the same apps.
organizations-none = You belong to no organization yet.
organizations-invited = You are invited
organizations-accept = Join
organizations-decline = No, thanks
organizations-new = Start an organization
organizations-found = Start it
organizations-unproved = Confirm your e-mail on the page of your account first: only then can you start or join an organization.
organizations-full = You belong to as many organizations as anybody may.
organizations-done-left = You have left the organization.
organizations-done-declined = The invitation is declined.
organizations-done-dissolved = The organization has ended.
organizations-gone = There is no such invitation any more: ask for another.

role-viewer = Viewer: sees its apps
role-developer = Developer: makes and changes apps
role-owner = Owner: also says who belongs to it

organization-of-company = Who belongs here, and what they may do, is decided where you sign in. What changes there is seen here when its people sign in next.
organization-decided-elsewhere = This is decided where you sign in, and not here. What changes there is seen here when its people sign in next.
organization-name = Name of the organization
organization-name-hint = People see it as the publisher of its apps. 1 to 80 characters.
organization-name-wrong = Write a name of 1 to 80 characters that can all be seen, and none that turns the text around.
organization-name-provider = This is the name of the provider, or looks like it. Choose another, so that people can tell who runs an app.
organization-name-mark = This name says that somebody was reviewed, which only our pages say. Leave out the check mark and words such as “verified”.
organization-logo-hint = PNG, JPEG or WebP, at most 2 MB. Your members see it, and once it has proved a domain, whoever is asked to let in an app of it.
organization-done-picture = The picture is changed.
organization-name-taken = Another organization or somebody else’s app has this name, or one that looks like it. Choose another, so that people can tell them apart.
organization-apps = { $count ->
    [one] One app
   *[other] { $count } apps
}
organization-members = Members
organization-you = You
organization-change = Change
organization-role = Role
organization-set-role = Set the role
organization-remove = Remove
organization-leave = Leave the organization
organization-invite-title = Invite somebody
organization-invited-until = Invited, until { $time }
organization-withdraw = Take back
organization-email = E-mail
organization-email-hint = They sign in with this address, confirm it, and join on their page of organizations.
organization-email-wrong = Write an e-mail address, such as ada@example.com.
organization-no-mail = No mail is sent here: tell them yourself.
organization-invite = Invite
organization-is-member = Whoever has this address is a member already.
organization-full = There is no room for more members or invitations.
organization-last-owner = This is the last owner: make somebody else an owner first.
organization-has-apps = It still runs apps: hand them over or delete them first.
organization-rename-title = Name
organization-second-title = Second step
organization-second-means = Once you require it, members act for the organization only after a sign-in with a second step: here, by the API, and when they let an app in for it. What apps may do already goes on.
organization-second-require = Require a second step
organization-second-leave = Leave it to the members
organization-second-is = Members act for this organization only after a sign-in with a second step.
organization-second-own = Sign in with a second step yourself before you require it of others.
organization-done-second = From now on members need a second step.
organization-done-second-left = It is left to the members.
organization-dissolve-title = End the organization
organization-dissolve-means = An organization can end once it runs no apps. Its members and invitations are forgotten.
organization-dissolve-confirm = Type its name to confirm: { $name }
organization-dissolve-not-confirmed = This is not its name.
organization-dissolve = End it
organization-done-founded = The organization is there. Invite others, or create an app for it.
organization-done-joined = Welcome: you belong to the organization now.
organization-done-invited = They are invited, and see it once they are signed in.
organization-done-withdrawn = The invitation is taken back.
organization-done-role = The role is set.
organization-done-removed = They no longer belong to it.
organization-done-renamed = Saved.

# Handing an app over.
app-owner = Owner
app-owner-you = You
app-owner-yours = Yours
new-app-organization = Apps are run by organizations here: start or join one first, or choose one.
app-run-by = Run by { $name }
transfer-title = Hand the app over
transfer-means = Somebody else runs it from then on, once they accept. Its secrets work for another 24 hours, it no longer counts as reviewed, and people are asked again.
transfer-to = E-mail of the person who gets it
transfer-organization = Or to an organization of yours
transfer-nobody = Nobody: to the person above
transfer-offer = Offer it
transfer-open = It is offered to { $name } until { $time }.
transfer-withdraw = Take the offer back
transfer-wrong = Write the address of one person, or choose one organization.
transfer-same = They run it already.
transfer-offers = You are offered an app
transfer-from = { $name } offers it to you, until { $time }
transfer-from-to = { $name } offers it to { $organization }, until { $time }
transfer-accept = Take it over
transfer-decline = No, thanks
transfer-gone = There is no such offer any more.
transfer-name-title = This app cannot be yours under its name
transfer-name-taken = An organization or somebody else’s app is called { $app }, or something that looks like it. Ask the person who offers you the app to give it another name, then accept the offer. The people who run { $product } can help.
transfer-name-provider = { $app } has the provider’s own name, or one that looks like it. Ask the person who offers you the app to give it another name, then accept the offer. The people who run { $product } can help.
transfer-name-mark = The name { $app } says that the app was reviewed, which only our pages say. Ask the person who offers you the app to give it another name, then accept the offer. The people who run { $product } can help.
transfer-full-title = You may have no more apps
transfer-full = You have as many apps as you may here, with those that you deleted in the last 30 days, so { $app } stays where it is. The offer is still open: hand another app over, or ask the people who run { $product } for more, then accept it.
transfer-full-organization = The organization has as many apps as it may here, with those that it deleted in the last 30 days, so { $app } stays where it is. The offer is still open: hand another app over, or ask the people who run { $product } for more, then accept it.
transfer-done-offered = The app is offered.
transfer-done-withdrawn = The offer is taken back.
transfer-done-accepted = The app is yours now. Make a secret of your own: those before end in 24 hours.
transfer-done-declined = The offer is declined.

# The apps that members let in for an organization, for its owners.
workspace-title = Apps that work for { $organization }
workspace-lead = Members let these apps in for the organization. You decide what each may do for it.
workspace-none = No app works for this organization yet.
workspace-members = { $count ->
    [0] Works for no member
    [one] Works for 1 member
   *[other] Works for { $count } members
}
workspace-standing = What it may do
workspace-trusted = Trusted: what it asks for
workspace-limited = Limited: nothing restricted, no deleting, no full access
workspace-blocked = Blocked: nothing
workspace-end = { $count ->
    [one] End for 1 member
   *[other] End for all { $count } members
}
workspace-end-means = All its tokens for this organization end at once; whoever wants it back is asked again.
workspace-app-id = Client ID of the app
workspace-no-app = There is no such app.
workspace-judge-title = Another app
workspace-new-title = New apps
workspace-new-means = This holds for apps that you have not decided about when a member lets them in.
workspace-done-judged = Saved.
workspace-done-ended = The app has ended for all members.
workspace-done-restored = What members allowed is remembered again.
organization-connections = Apps that work for it
workspace-refused-title = { $organization } does not allow this
workspace-refused = { $app } may not get this for { $organization }. Ask { $owners }, who decide about apps there, or choose your own account.

# The domains that an organization proves to be its own.
organization-domains = Prove a domain
organization-proved = Proved: { $domains }
domains-title = Domains
domains-lead = Put a file on a domain of yours, and people who are asked about your apps see that it is yours.
domains-none = No domain is listed yet.
domains-add-title = Prove a domain
domain-name = Domain
domain-name-hint = Only the name, such as example.com. It proves just this name, and none above or below it.
domain-add = Show me the file
domain-file = The file is at
domain-token = It holds this, and nothing else
domain-check = Check now
domain-remove = Remove
domain-waiting = Not proved yet
domain-proved = Proved since { $time }
domain-failing = Its file is not found any more. It counts as proved until { $time }.
domain-looked = Looked for { $time }
domain-found-nothing = Nothing could be fetched from there by https.
domain-found-redirect = The answer was a redirect, and none is followed.
domain-found-large = The file is too long.
domain-found-status = The answer had the status { $status } in place of 200.
domain-found-other = The file holds something else.
domain-wrong = Write the name of a domain, such as example.com, in letters from a to z: a name in other letters begins with xn-- there.
domain-twice = This domain is listed already.
domain-many = There are as many domains as an organization may have: remove one first.
domain-done-added = Put the file where it is told below, then check it. It is looked for once a day from then on: leave it there.
domain-done-looked = The file was looked for.
domain-done-removed = The domain is removed.
