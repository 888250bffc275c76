using System.Buffers.Binary;
using System.Net.Security;
using System.Text;

namespace Secronna.Tests.Http2;

/// <summary>
/// A connection over TLS that speaks just enough of HTTP/2 (RFC 9113) to misuse it: it sends requests, resets them, and gives the
/// server as little room for answers as it likes.
/// </summary>
internal sealed class Http2Connection : IAsyncDisposable
{
    private const byte InitialWindowSize = 4;
    private const byte Cancel = 8;

    private readonly SslStream stream;
    private readonly string host;
    private readonly Action<Http2Frame> received;
    private readonly SemaphoreSlim writing = new(1);
    private int lastStream = -1;

    private Http2Connection(SslStream stream, string host, Action<Http2Frame> received) =>
        (this.stream, this.host, this.received) = (stream, host, received);

    /// <summary>Completes when the server has ended the connection.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Begins TLS and HTTP/2. Any certificate is accepted.</summary>
    /// <param name="transport">The connection, which is closed with this one.</param>
    /// <param name="host">The server's name, for TLS and for the requests.</param>
    /// <param name="window">The bytes of each answer that the server may send before the client allows more.</param>
    /// <param name="received">Is called for each frame that the server sends.</param>
    /// <param name="cancellation">Ends the attempt.</param>
    public static async Task<Http2Connection> StartAsync(
        Stream transport, string host, int window, Action<Http2Frame> received, CancellationToken cancellation)
    {
        var tls = new SslStream(transport);
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ApplicationProtocols = [SslApplicationProtocol.Http2],
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
            cancellation);
        await tls.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), cancellation);
        var connection = new Http2Connection(tls, host, received);
        await connection.WriteAsync(Http2Frame.Settings, 0, 0, [0, InitialWindowSize, .. BigEndian(window)]);
        connection.Ended = connection.ReadAsync();
        return connection;
    }

    /// <summary>Sends a request without a body and returns the number of its stream: 1, 3, 5 and so on.</summary>
    public async Task<int> SendAsync(string method, string path, string token)
    {
        var id = Interlocked.Add(ref lastStream, 2);
        await WriteAsync(Http2Frame.Headers, Http2Frame.EndStream | Http2Frame.EndHeaders, id, Encode(
            (":method", method), (":scheme", "https"), (":authority", host), (":path", path), ("authorization", "Bearer " + token)));
        return id;
    }

    /// <summary>Takes a request back.</summary>
    public Task ResetAsync(int id) => WriteAsync(Http2Frame.ResetStream, 0, id, BigEndian(Cancel));

    /// <summary>Allows some more bytes on a stream, or on the connection if the number is 0.</summary>
    public Task AllowAsync(int id, int bytes) => WriteAsync(Http2Frame.WindowUpdate, 0, id, BigEndian(bytes));

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        await Ended;
        writing.Dispose();
    }

    private async Task WriteAsync(byte type, byte flags, int id, byte[] payload)
    {
        byte[] frame = [.. BigEndian(payload.Length)[1..], type, flags, .. BigEndian(id), .. payload];
        await writing.WaitAsync();
        try
        {
            await stream.WriteAsync(frame);
        }
        finally
        {
            writing.Release();
        }
    }

    private async Task ReadAsync()
    {
        var head = new byte[9];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(head);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >> 8];
                await stream.ReadExactlyAsync(payload);
                var frame = new Http2Frame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload);
                received(frame);
                if (frame.Type is Http2Frame.Settings or Http2Frame.Ping && (frame.Flags & Http2Frame.Acknowledge) == 0)
                {
                    await WriteAsync(frame.Type, Http2Frame.Acknowledge, 0, frame.Type == Http2Frame.Ping ? payload : []);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The server or the client ended the connection.
        }
    }

    private static byte[] BigEndian(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    // Each field is written out (RFC 7541, section 6.2.2), so no table is needed.
    private static byte[] Encode(params (string Name, string Value)[] fields)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            AddText(block, name);
            AddText(block, value);
        }

        return [.. block];
    }

    // The length comes first, as an integer with a prefix of seven bits (RFC 7541, section 5.1).
    private static void AddText(List<byte> block, string text)
    {
        const int Prefix = 127;
        var rest = text.Length - Prefix;
        block.Add((byte)Math.Min(text.Length, Prefix));
        for (; rest >= 0; rest = rest < 128 ? -1 : rest >> 7)
        {
            block.Add((byte)(rest < 128 ? rest : (rest & 127) | 128));
        }

        block.AddRange(Encoding.ASCII.GetBytes(text));
    }
}
