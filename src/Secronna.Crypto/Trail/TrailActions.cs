namespace Secronna.Crypto.Trail;

/// <summary>The numbers that entries store in place of actions (docs/formats.md). They never change.</summary>
public static class TrailActions
{
    /// <summary>The number of an action that entries store as text.</summary>
    public const int None = WordTable.None;

    // The first 23 numbers need one byte, so the frequent actions come first.
    internal static readonly WordTable Table = new(
        first: 1,
        [
            "secret.reveal", "secret.write", "secret.compare", "secret.rollback", "secret.delete", "secret.destroy",
            "workload.exchange",
            "environment.create", "environment.update", "environment.delete", "environment.restore", "environment.compare",
            "project.create", "project.update", "project.delete",
            "access_key.create", "access_key.update", "access_key.revoke",
            "api_key.create", "api_key.revoke",
            "kek.rotate", "kek.destroy",
            "webhook.create", "webhook.update", "webhook.delete", "webhook.rotate_secret",
            "trust.create", "trust.update", "trust.delete",
            "rule.create", "rule.update", "rule.delete",
            "person.remove", "person.restore",
            "workspace.allow", "workspace.deny",
            "master_key.generate", "master_key.rotate", "master_key.retire",
            "backup.create", "backup.verify", "backup.restore", "storage.copy",
            "log_key.rotate", "trail.migrate", "trail.archive", "trail.epoch", "clock.accept", "export.forget",
        ]);

    /// <summary>All actions that have a number, in the order of their numbers. The first one has number 1.</summary>
    public static IReadOnlyList<string> All => Table.Words;

    /// <summary>The number of an action, or <see cref="None"/>.</summary>
    public static int NumberOf(string action) => Table.NumberOf(action);
}
