import Notify

/// Foundation has one of that name, too.
typealias Notification = Notify.Notification
