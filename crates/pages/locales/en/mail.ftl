# Mails. $product is the name of the provider.

mail-until = The link works once, until { $time }.
mail-not-you = If you did not ask for this, there is nothing to do.
mail-not-wanted = If you do not want one, there is nothing to do.

mail-off-subject = Your account at { $product }
mail-off = Your account at { $product } has been switched off, so nothing can be done with it.
mail-off-ask = Ask the people who run this service.

mail-account-asked = Somebody, probably you, asked for an account at { $product } with this address.
mail-account-invited = You are invited to have an account at { $product }.
mail-account-subject = Create your account at { $product }
mail-account-button = Create your account
mail-account-unproved = There is one that nobody has confirmed. It becomes yours: you choose a new password, and whoever made it is signed out.
mail-account-unproved-button = Make it yours
mail-have-one-subject = You have an account at { $product }
mail-have-one = You have one already.
mail-have-one-button = Sign in
mail-have-one-forgotten = Have you forgotten your password? Choose a new one at { $url }

mail-recovery-asked = Somebody, probably you, asked for a new password for an account at { $product } with this address.
mail-recovery-none-subject = No account at { $product } has this address
mail-recovery-none = There is no such account. Perhaps you have one with another address.
mail-recovery-subject = Choose a new password at { $product }
mail-recovery-button = Choose a new password

mail-last-for-now = Mails of this kind were asked for so often that this address gets no more of them for a while. If that was somebody else, you need not do anything: without your mailbox they get no further.

mail-proof-subject = Confirm your e-mail at { $product }
mail-proof = Confirm that you read the mail for { $email }.
mail-proof-button = Confirm your e-mail

mail-change-taken-subject = This address has an account at { $product }
mail-change-taken = Somebody, probably you, wants to use this address for an account at { $product }.
mail-change-taken-by = Another account has it already, so it cannot be used for this one.
mail-change-subject = Confirm your new e-mail at { $product }
mail-change = Confirm that you read the mail for { $email }, and it becomes the address of your account at { $product }.
mail-change-button = Use this address

mail-changed-email-subject = Your e-mail at { $product } was changed
mail-changed-email = Your account at { $product } has another e-mail address now.
mail-changed-email-undo = If you did this, there is nothing to do. If you did not, undo it: you get your address back, choose a new password, and every browser is signed out.
mail-changed-email-button = Undo it

mail-changed-password-subject = Your password at { $product } was changed
mail-changed-password = The password of your account at { $product } was changed on { $time }.
mail-changed-name-subject = Your name at { $product } was changed
mail-changed-name = The name of your account at { $product } was changed on { $time }.
mail-changed-sign-ins-subject = The ways to sign in to { $product } were changed
mail-changed-sign-ins = A sign-in with another provider was added to your account at { $product }, or removed from it, on { $time }.
mail-changed-not-you = If you did this, there is nothing to do. If you did not, sign out whoever did, then choose a new password.
mail-changed-button = Sign them out

mail-second-begun-subject = A second step was set up at { $product }
mail-second-begun = Since { $time } a sign-in to your account at { $product } takes a passkey or a code of an authenticator app. Other browsers were signed out.
mail-second-begun-not-you = If you did this, there is nothing to do. If you did not, remove it with the password that you had before, then choose a new one.
mail-second-begun-button = This was not me
mail-second-added-subject = A second step was set up at { $product }
mail-second-added = Since { $time } a sign-in to your account at { $product } takes a code of an authenticator app. Other browsers were signed out.
mail-second-removed-subject = The second step at { $product } was removed
mail-second-removed = The second step of your sign-in at { $product } was removed on { $time }. Unless you have a passkey, your password alone is enough now.
mail-recovery-code-subject = A recovery code was used at { $product }
mail-recovery-code = A recovery code of your account at { $product } was used on { $time }, in place of a code of your authenticator app or a passkey.
mail-passkeys-subject = Your passkeys at { $product } were changed
mail-passkeys = A passkey was added to your account at { $product }, or removed from it, on { $time }.
mail-passkey-copied-subject = A passkey of yours at { $product } was refused
mail-passkey-copied = On { $time } somebody tried to sign in to your account at { $product } with a passkey that looks like a copy of yours, and was refused. Remove that passkey on the page of your account, and make a new one.

mail-device-subject = A new device signed in to { $product }
mail-device = { $browser } was signed in to your account at { $product } on { $time }. It was not known before.
mail-device-any = A browser was signed in to your account at { $product } on { $time }. It was not known before.
mail-device-not-you = If this was you, there is nothing to do. If it was not, sign it out, then choose a new password.
mail-device-button = Sign it out

mail-test-subject = Test mail from { $product }
mail-test-subject-of = Test mail from { $product } ({ $copy } of { $copies })
mail-test = This is a test: { $product } can send mail to you.
mail-test-asked = Somebody who runs it has asked for this with the command “valetkey mail test”. There is nothing to do.

mail-invitation-subject = Join { $organization } on { $product }
mail-invitation = { $name } asks you to join { $organization } on { $product }, where you would run apps together.
mail-invitation-role = You would be: { $role }
mail-invitation-button = See your invitations
mail-invitation-until = It holds until { $time }. You sign in with this address to answer.
mail-invitation-not-wanted = If you do not want this, do nothing.
mail-developer-subject = You may make apps on { $product }
mail-developer = You are invited to make apps on { $product }. Sign in with { $email }; if you have no account with this address yet, make one first and confirm it.
mail-developer-button = Make an app
mail-transfer-subject = The app { $app } is offered to you on { $product }
mail-transfer = { $name } wants to hand the app { $app } on { $product } over to you.
mail-transfer-button = See what you are offered
mail-domain-lost-subject = A domain of { $organization } on { $product } counts as proved no more
mail-domain-lost = { $organization } had proved a domain on { $product }. Its file was not found there for a week, or another organization has proved it. People who are asked about your apps do not see it any more.
mail-domain-lost-button = See its domains
mail-domain-lost-after = Put the file there again, and check it on that page.
mail-secret-end-subject = A secret of { $app } on { $product } ends soon
mail-secret-end = A secret of the app { $app } on { $product } ends { $time }. From then on it is refused.
mail-secret-end-name = It is called: { $name }
mail-secret-end-button = Make another one
mail-secret-end-after = Put the new one into use before the old one ends: both work until then.

# About requests for review.
mail-review-asked-subject = { $product }: { $app } asks for a review
mail-review-asked = Somebody asks that you look at the app { $app }, or that it may ask people for more.
mail-review-answered-subject = { $product }: the developer of { $app } answered
mail-review-answered = The developer of the app { $app } has answered, and waits for you.
mail-review-back-subject = { $product }: a question about { $app }
mail-review-back = Whoever looks at your app { $app } has a question. It stands on the page of its review, where you can answer.
mail-review-approved-subject = { $product }: { $app } is approved
mail-review-approved = What you asked for your app { $app } is approved.
mail-review-refused-subject = { $product }: { $app } is not approved
mail-review-refused = What you asked for your app { $app } is not approved. The reason stands on the page of its review, where you can ask again.
mail-review-button = See the request

mail-app-subject = { $app } now has access to your account at { $product }
mail-app = You let { $app } use your account at { $product } on { $time }.
mail-app-not-you = If this was you, there is nothing to do. If it was not, remove the app, then choose a new password.
mail-app-button = Remove the app
# In place of a name.
mail-app-unnamed = An app

# The account is gone.
mail-deleted-subject = Your { $product } account was deleted
mail-deleted = Your account at { $product } was deleted, as you or those who run it asked.
mail-deleted-means = You are signed out everywhere, no app can use it any more, and it cannot be brought back. You can make a new one with this address at any time.
mail-deleted-not-you = If that was not you, tell those who run this service.
