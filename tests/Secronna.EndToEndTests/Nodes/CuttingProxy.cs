using System.Net;
using System.Net.Sockets;
using System.Text;
using Secronna.EndToEndTests.Running;
using Secronna.Tests.Postgres;

namespace Secronna.EndToEndTests.Nodes;

/// <summary>
/// A proxy between a node and PostgreSQL. On demand it closes the connection at the end of a transaction with audit entries:
/// before the COMMIT comes to the server, or after the server answered it and before the answer comes to the node.
/// </summary>
internal sealed class CuttingProxy : IAsyncDisposable
{
    private const string Entries = "INSERT INTO trail_segments";
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

    /// <summary>The number of connections that were cut.</summary>
    public int Cuts => Volatile.Read(ref cuts);

    /// <summary>
    /// Returns a connection string that leads through the proxy. Automatic preparation is off, because the proxy could not
    /// recognize prepared statements.
    /// </summary>
    public string ConnectionStringThrough(string connectionString)
    {
        var throughProxy = new Npgsql.NpgsqlConnectionStringBuilder(connectionString) { Port = listener.Port };
        return throughProxy.ConnectionString + ";Max Auto Prepare=0;SSL Mode=Disable";
    }

    /// <summary>Cuts the connection of the next transaction that ends with audit entries.</summary>
    public void CutNext(Cut cut) => Interlocked.Exchange(ref wanted, cut);

    public ValueTask DisposeAsync() => listener.DisposeAsync();

    private async Task ServeAsync(TcpClient node, int server, CancellationToken end)
    {
        using var upstream = new TcpClient();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(end);
        await upstream.ConnectAsync(IPAddress.Loopback, server, over.Token);
        var connection = new Connection();
        await Task.WhenAny(
            ForwardToServerAsync(node.GetStream(), upstream.GetStream(), connection, over.Token),
            ForwardToNodeAsync(upstream.GetStream(), node.GetStream(), connection, over.Token));
        await over.CancelAsync();
    }

    private async Task ForwardToServerAsync(NetworkStream from, NetworkStream to, Connection connection, CancellationToken over)
    {
        var bytes = new byte[65_536];
        while (await from.ReadAsync(bytes, over) is > 0 and var count)
        {
            var text = Encoding.Latin1.GetString(bytes, 0, count);
            if (text.Contains(Entries, StringComparison.Ordinal) && text.Contains(Commit, StringComparison.Ordinal))
            {
                connection.Cut = Interlocked.Exchange(ref wanted, Cut.None);
            }

            if (connection.Cut == Cut.BeforeCommit)
            {
                Interlocked.Increment(ref cuts);
                return;
            }

            await to.WriteAsync(bytes.AsMemory(0, count), over);
        }
    }

    private async Task ForwardToNodeAsync(NetworkStream from, NetworkStream to, Connection connection, CancellationToken over)
    {
        var bytes = new byte[65_536];
        while (await from.ReadAsync(bytes, over) is > 0 and var count)
        {
            if (connection.Cut != Cut.AfterCommit)
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

    /// <summary>How one connection is to be cut.</summary>
    private sealed class Connection
    {
        public volatile Cut Cut;
    }
}
