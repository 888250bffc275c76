using System.Collections.Concurrent;
using System.Net.Sockets;
using Secronna.Tests.Http2;

namespace Secronna.IntegrationTests.Harness;

/// <summary>A client of HTTP/2 that keeps all frames of the server, to act as no library would.</summary>
internal sealed class RawHttp2 : IAsyncDisposable
{
    private readonly ConcurrentQueue<Http2Frame> received;
    private readonly Http2Connection connection;

    private RawHttp2(ConcurrentQueue<Http2Frame> received, Http2Connection connection) =>
        (this.received, this.connection) = (received, connection);

    /// <summary>The frames that the server has sent so far.</summary>
    public IReadOnlyCollection<Http2Frame> Received => received;

    /// <summary>Connects over TLS.</summary>
    /// <param name="server">The server.</param>
    /// <param name="window">The bytes of each answer that the server may send before the client asks for more.</param>
    public static async Task<RawHttp2> OpenAsync(Uri server, int window)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        var received = new ConcurrentQueue<Http2Frame>();
        var connection = await Http2Connection.StartAsync(
            client.GetStream(), server.Host, window, received.Enqueue, CancellationToken.None);
        // The connection itself may take all, so that only the windows of its streams hold answers up.
        await connection.AllowAsync(0, 0x7F000000);
        return new RawHttp2(received, connection);
    }

    /// <inheritdoc cref="Http2Connection.SendAsync"/>
    public Task<int> SendAsync(string method, string path, string token) => connection.SendAsync(method, path, token);

    /// <inheritdoc cref="Http2Connection.ResetAsync"/>
    public Task ResetAsync(int id) => connection.ResetAsync(id);

    /// <summary>Waits until the server has sent such a frame.</summary>
    public async Task<Http2Frame> WaitAsync(string what, Func<Http2Frame, bool> isMeant)
    {
        await Until.HoldsAsync(what, () => received.Any(isMeant));
        return received.First(isMeant);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
