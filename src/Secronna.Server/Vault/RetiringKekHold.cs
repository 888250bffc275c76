using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>This node's hold on the work on a retiring KEK. It expires, so that another node goes on if this one stops.</summary>
internal sealed class RetiringKekHold(Database database, string kekId, string nodeId, TimeProvider time)
{
    // Longer than any step between two renewals. Another node waits so long after this one stopped.
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    private long takenAt;

    /// <summary>Takes or prolongs the hold; false if another node has it.</summary>
    public Task<bool> TakeAsync()
    {
        takenAt = time.GetTimestamp();
        return database.WriteAsync(transaction => KekTable.TakeAsync(transaction, kekId, nodeId, Duration));
    }

    /// <summary>Prolongs the hold if a third of it has passed; false if another node has it by now.</summary>
    public async Task<bool> RenewAsync() => time.GetElapsedTime(takenAt) <= Duration / 3 || await TakeAsync();

    /// <summary>Gives the hold up, so that another node can take it at once.</summary>
    public Task ReleaseAsync() => database.WriteAsync(transaction => KekTable.ReleaseAsync(transaction, kekId, nodeId));
}
