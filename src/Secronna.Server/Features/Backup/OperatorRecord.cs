using Secronna.Crypto.Trail;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Trail;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.Backup;

/// <summary>Records the operator's commands on the whole installation (S19).</summary>
internal static class OperatorRecord
{
    /// <summary>Appends an entry, and returns when it is durable.</summary>
    /// <exception cref="StorageUnavailableException">The entry could not be made durable.</exception>
    public static Task AppendAsync(Database database, string action, string name, string outcome = AuditOutcomes.Success) =>
        database.AppendAsync(
            AuditRecord.Of(Caller.Operator(TrailEntry.Installation), TimeProvider.System, action, outcome) with { Name = name });

    /// <summary>Records work before it starts (S18), and again if it fails.</summary>
    public static async Task<T> BeforeAsync<T>(Database database, string action, string name, Func<Task<T>> work)
    {
        await AppendAsync(database, action, name);
        try
        {
            return await work();
        }
        catch
        {
            await RecordFailureAsync(database, action, name);
            throw;
        }
    }

    // The operator must see the original failure, even when recording it fails too.
    private static async Task RecordFailureAsync(Database database, string action, string name)
    {
        try
        {
            await AppendAsync(database, action, name, AuditOutcomes.Failed);
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync($"Warning: the failure could not be recorded: {exception.Message}");
        }
    }
}
