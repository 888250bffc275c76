using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Secronna.IntegrationTests.Harness;

/// <summary>
/// A TCP connection that a test drives itself, to act as a client that sends part of a request and then nothing.
/// </summary>
internal sealed class RawConnection : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] bytes = new byte[16 * 1024];
    private int length;

    public static async Task<RawConnection> OpenAsync(Uri server, string? from = null)
    {
        var connection = new RawConnection();
        if (from is not null)
        {
            connection.socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        }

        await connection.socket.ConnectAsync(server.Host, server.Port);
        return connection;
    }

    public async Task SendAsync(string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text));

    /// <summary>
    /// Receives until the text contains <paramref name="part"/>, or until the server closes the connection if no part is given.
    /// Returns everything received.
    /// </summary>
    public async Task<string> ReceiveAsync(string? part = null)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (part is null || !Text.Contains(part, StringComparison.Ordinal))
        {
            var read = await ReadAsync(patience.Token);
            if (read == 0)
            {
                return Text;
            }

            length += read;
        }

        return Text;
    }

    /// <summary>Whether the server answers a request on this connection.</summary>
    public async Task<bool> IsServedAsync()
    {
        try
        {
            length = 0;
            await SendAsync("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n");
            return (await ReceiveAsync("requestId")).Contains("requestId", StringComparison.Ordinal);
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => socket.Dispose();

    private string Text => Encoding.UTF8.GetString(bytes, 0, length);

    private async Task<int> ReadAsync(CancellationToken cancellation)
    {
        try
        {
            return await socket.ReceiveAsync(bytes.AsMemory(length), cancellation);
        }
        catch (SocketException)
        {
            return 0;
        }
    }
}
