using System.Net;
using System.Net.Sockets;
using System.Text;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// Stands between a node and PostgreSQL, and on demand cuts the connection of one transaction with audit entries at its
/// end: before its COMMIT came to the server, or after the server answered it and before the node hears of it.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private const string Entries = "INSERT INTO audit_entries";
    private const string Commit = "COMMIT";

    private readonly LoopbackListener listener;
    private Cut wanted;
    private int cuts;

    public CuttingProxy(PostgresCluster cluster) => listener = new LoopbackListener((node, end) => ServeAsync(node, cluster.Port, end));

    public enum Cut
    {
        None,
        BeforeCommit,
        AfterCommit,
    }

    /// <summary>How many connections were cut.</summary>
    public int Cuts => Volatile.Read(ref cuts);

    /// <summary>The connection string through here. Prepared statements would hide from here what they are.</summary>
    public string ConnectionStringThrough(string connectionString)
    {
        var here = new Npgsql.NpgsqlConnectionStringBuilder(connectionString) { Port = listener.Port };
        return here.ConnectionString + ";Max Auto Prepare=0;SSL Mode=Disable";
    }

    /// <summary>Cuts the next transaction that ends with audit entries.</summary>
    public void CutNext(Cut cut) => Interlocked.Exchange(ref wanted, cut);

    public ValueTask DisposeAsync() => listener.DisposeAsync();

    private async Task ServeAsync(TcpClient node, int server, CancellationToken end)
    {
        using var far = new TcpClient();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(end);
        await far.ConnectAsync(IPAddress.Loopback, server, over.Token);
        var cutting = new Connection();
        await Task.WhenAny(
            ToServerAsync(node.GetStream(), far.GetStream(), cutting, over.Token),
            ToNodeAsync(far.GetStream(), node.GetStream(), cutting, over.Token));
        await over.CancelAsync();
    }

    private async Task ToServerAsync(NetworkStream from, NetworkStream to, Connection cutting, CancellationToken over)
    {
        var bytes = new byte[65_536];
        while (await from.ReadAsync(bytes, over) is > 0 and var count)
        {
            var text = Encoding.Latin1.GetString(bytes, 0, count);
            if (text.Contains(Entries, StringComparison.Ordinal) && text.Contains(Commit, StringComparison.Ordinal))
            {
                cutting.Cut = Interlocked.Exchange(ref wanted, Cut.None);
            }

            if (cutting.Cut == Cut.BeforeCommit)
            {
                Interlocked.Increment(ref cuts);
                return;
            }

            await to.WriteAsync(bytes.AsMemory(0, count), over);
        }
    }

    private async Task ToNodeAsync(NetworkStream from, NetworkStream to, Connection cutting, CancellationToken over)
    {
        var bytes = new byte[65_536];
        while (await from.ReadAsync(bytes, over) is > 0 and var count)
        {
            if (cutting.Cut != Cut.AfterCommit)
            {
                await to.WriteAsync(bytes.AsMemory(0, count), over);
            }
            else if (Encoding.Latin1.GetString(bytes, 0, count).Contains(Commit, StringComparison.Ordinal))
            {
                Interlocked.Increment(ref cuts);
                return;
            }
        }
    }

    /// <summary>What is to be done to one connection.</summary>
    private sealed class Connection
    {
        public volatile Cut Cut;
    }
}
