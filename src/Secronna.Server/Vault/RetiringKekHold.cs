using Secronna.Storage.Engine;
using Secronna.Storage.Tables;

namespace Secronna.Server.Vault;

/// <summary>
/// This node's hold on the work on a retiring KEK. The hold expires, so another node can go on if this node stops.
/// </summary>
internal sealed class RetiringKekHold(Database database, string kekId, string nodeId, TimeProvider time)
{
    // Longer than any step between two renewals. If this node stops, another node waits this long.
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(15);

    private long takenAt;

    /// <summary>Takes or prolongs the hold; false if another node has it.</summary>
    public Task<bool> TakeAsync()
    {
        takenAt = time.GetTimestamp();
        return database.WriteAsync(transaction => KekRetirement.TakeWorkAsync(transaction, kekId, nodeId, Duration));
    }

    /// <summary>Prolongs the hold if a third of it has passed; false if another node has it by now.</summary>
    public async Task<bool> RenewAsync() => time.GetElapsedTime(takenAt) <= Duration / 3 || await TakeAsync();

    /// <summary>Gives the hold up, so that another node can take it at once.</summary>
    public Task ReleaseAsync() => database.WriteAsync(transaction => KekRetirement.ReleaseWorkAsync(transaction, kekId, nodeId));
}
