using Npgsql;
using NpgsqlTypes;
using Secronna.Storage.Engine;

namespace Secronna.Storage.Postgres;

/// <summary>
/// Builds the statements that append audit entries, one for each workspace. A statement advances the workspace's counter and
/// inserts all rows of the workspace, so sequence numbers have no gap (S20). The lock of the counter's row lasts until the
/// commit, which is sent together with these statements.
/// </summary>
internal static class PostgresAuditEntries
{
    private const string AdvanceWorkspace = """
        WITH taken AS (
            UPDATE workspaces SET audit_sequence = audit_sequence + $2, audited_at = instant_after(audited_at - 1)
            WHERE id = $1
            RETURNING audit_sequence - $2 AS sequence, audited_at)
        """;

    private const string AdvanceInstallation = """
        WITH taken AS (
            UPDATE installation SET audit_sequence = audit_sequence + $2, audited_at = instant_after(audited_at - 1)
            WHERE id = 1
            RETURNING audit_sequence - $2 AS sequence, audited_at)
        """;

    // If the workspace does not exist, the sequence number is NULL, which the table refuses.
    private const string Insert = """

        INSERT INTO audit_entries (workspace_id, sequence, id, created_at, actor_type, actor_id, action, outcome,
            request_id, ip, user_agent, project_id, environment_id, secret_id, key, path, target_id, name, details, reason,
            version, count)
        SELECT $1, (SELECT sequence FROM taken) + e.n, e.id, (SELECT audited_at FROM taken), e.actor_type, e.actor_id,
            e.action, e.outcome, e.request_id, e.ip, e.user_agent, e.project_id, e.environment_id, e.secret_id, e.key, e.path,
            e.target_id, e.name, e.details, e.reason, e.version, e.count
        FROM unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
            WITH ORDINALITY AS e (id, actor_type, actor_id, action, outcome, request_id, ip, user_agent, project_id,
                environment_id, secret_id, key, path, target_id, name, details, reason, version, count, n)
        """;

    private static readonly Func<AuditEntry, string?>[] Texts =
    [
        entry => entry.Id, entry => entry.ActorType, entry => entry.ActorId, entry => entry.Action, entry => entry.Outcome,
        entry => entry.RequestId, entry => entry.Ip, entry => entry.UserAgent, entry => entry.ProjectId,
        entry => entry.EnvironmentId, entry => entry.SecretId, entry => entry.Key, entry => entry.Path,
        entry => entry.TargetId, entry => entry.Name, entry => entry.Details, entry => entry.Reason,
    ];

    private static readonly Func<AuditEntry, long?>[] Numbers = [entry => entry.Version, entry => entry.Count];

    /// <summary>
    /// The statements, ordered by workspace id. All transactions lock the counters in this order, so no deadlock arises.
    /// </summary>
    public static IEnumerable<NpgsqlBatchCommand> ToCommands(IEnumerable<AuditEntry> entries) => entries
        .GroupBy(entry => entry.WorkspaceId, StringComparer.Ordinal)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => ToCommand(group.Key, [.. group]));

    private static NpgsqlBatchCommand ToCommand(string workspaceId, AuditEntry[] entries)
    {
        var command = new NpgsqlBatchCommand(
            workspaceId == AuditEntry.Installation ? AdvanceInstallation + Insert : AdvanceWorkspace + Insert);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = workspaceId, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = entries.Length });
        foreach (var text in Texts)
        {
            command.Parameters.Add(new NpgsqlParameter<string?[]>
            {
                TypedValue = Array.ConvertAll(entries, entry => text(entry)),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            });
        }

        foreach (var number in Numbers)
        {
            command.Parameters.Add(new NpgsqlParameter<long?[]>
            {
                TypedValue = Array.ConvertAll(entries, entry => number(entry)),
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            });
        }

        return command;
    }
}
