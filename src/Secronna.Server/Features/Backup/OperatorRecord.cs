using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Storage.Engine;

namespace Secronna.Server.Features.Backup;

/// <summary>Puts commands on the whole installation on record (S19).</summary>
internal static class OperatorRecord
{
    /// <summary>Comes back when the entry is durable.</summary>
    /// <exception cref="StorageUnavailableException">It is not.</exception>
    public static Task AppendAsync(Database database, string action, string name, string outcome = AuditOutcomes.Success) =>
        database.AppendAsync(
            AuditRecord.Of(Caller.Operator(AuditEntry.Installation), TimeProvider.System, action, outcome) with { Name = name });

    /// <summary>Records work before it is done (S18), and again if it fails.</summary>
    public static async Task<T> BeforeAsync<T>(Database database, string action, string name, Func<Task<T>> work)
    {
        await AppendAsync(database, action, name);
        try
        {
            return await work();
        }
        catch
        {
            await FailedAsync(database, action, name);
            throw;
        }
    }

    // What failed is what the operator must hear of, even where it can't be recorded.
    private static async Task FailedAsync(Database database, string action, string name)
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
