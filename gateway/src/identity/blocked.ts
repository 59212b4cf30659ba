/** Mailboxes of a role, not of a person: their address says which account, never who. */
export const ROLE_MAILBOXES = [
  'abuse', 'accounting', 'accounts', 'admin', 'administrator', 'billing', 'booking', 'careers', 'contact', 'customerservice', 'do-not-reply',
  'donotreply', 'enquiries', 'feedback', 'finance', 'hello', 'help', 'helpdesk', 'hostmaster', 'hr', 'info', 'inquiries', 'invoice', 'invoices',
  'it', 'jobs', 'legal', 'mail', 'mailer-daemon', 'marketing', 'media', 'news', 'newsletter', 'no-reply', 'noreply', 'no_reply', 'office',
  'orders', 'postmaster', 'press', 'privacy', 'purchasing', 'reception', 'recruiting', 'root', 'sales', 'security', 'service', 'shop', 'spam',
  'subscribe', 'support', 'team', 'unsubscribe', 'webmaster', 'welcome',
] // biome-ignore format: a list reads better dense
