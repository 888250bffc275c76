using Secronna.Protocol;

namespace Secronna.Server.Installation;

/// <summary>Who this process is to others on the same database: of a server, what it says that it runs by.</summary>
/// <param name="Id">New with each start.</param>
/// <param name="Name">What operators know it by: the machine and the process.</param>
internal sealed record NodeIdentity(string Id, string Name)
{
    public static NodeIdentity New(TimeProvider time) =>
        new(Ids.New("node_", time.GetUtcNow()), $"{Environment.MachineName} (process {Environment.ProcessId})");
}
