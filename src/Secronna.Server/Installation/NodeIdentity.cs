using Secronna.Protocol;

namespace Secronna.Server.Installation;

/// <summary>Identifies this process to other processes on the same database.</summary>
/// <param name="Id">An id that is new with each start.</param>
/// <param name="Name">A name for operators: the machine and the process id.</param>
internal sealed record NodeIdentity(string Id, string Name)
{
    /// <summary>A new identity for this process.</summary>
    public static NodeIdentity New(TimeProvider time) =>
        new(Ids.New("node_", time.GetUtcNow()), $"{Environment.MachineName} (process {Environment.ProcessId})");
}
