using Secronna.Storage.Engine;

namespace Secronna.Server.Access;

/// <summary>
/// Lets a bounded number of batch writes run at once (S31), in turn by workspace and credential as a <see cref="FairGate"/> does.
/// So the batches of one credential can't fill the queue of the database's writer, in which the writes of all others wait.
/// </summary>
internal sealed class BatchGate(Database database, LimitSettings limits, TimeProvider time)
{
    // A batch holds the writer for long. The other half of the places is kept for single writes, probes and revocations.
    private const int PartOfWriters = 2;

    /// <summary>The gate.</summary>
    public FairGate Gate { get; } = FairGate.Of("batches", Math.Max(1, database.MaxWrites / PartOfWriters), limits, time);
}
