using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Secronna.IntegrationTests.Harness;

/// <summary>A frame of HTTP/2 that a server sent.</summary>
internal sealed record Http2Frame(byte Type, byte Flags, int Stream, byte[] Payload)
{
    public const byte Data = 0;
    public const byte Headers = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte GoAway = 7;

    /// <summary>The code of a reset.</summary>
    public uint ErrorCode => BinaryPrimitives.ReadUInt32BigEndian(Payload);
}

/// <summary>An HTTP/2 connection whose frames a test sends itself, to act as a client that no library would be.</summary>
internal sealed class RawHttp2 : IAsyncDisposable
{
    private const byte WindowUpdate = 8;
    private const byte EndStream = 1;
    private const byte EndHeaders = 4;
    private const byte Ack = 1;
    private const ushort InitialWindowSize = 4;

    private readonly SslStream stream;
    private readonly SemaphoreSlim writing = new(1);
    private readonly ConcurrentQueue<Http2Frame> received = new();
    private Task reading = Task.CompletedTask;

    private RawHttp2(SslStream stream) => this.stream = stream;

    /// <summary>The frames that the server has sent so far.</summary>
    public IReadOnlyCollection<Http2Frame> Received => received;

    /// <summary>Connects over TLS.</summary>
    /// <param name="server">The server.</param>
    /// <param name="window">The bytes of each answer that the server may send before the client asks for more.</param>
    public static async Task<RawHttp2> OpenAsync(Uri server, int window)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Host, server.Port);
        var stream = new SslStream(client.GetStream(), leaveInnerStreamOpen: false);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = server.Host,
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = (_, own, _, _) => own is not null,
        });
        var connection = new RawHttp2(stream);
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        var setting = new byte[6];
        BinaryPrimitives.WriteUInt16BigEndian(setting, InitialWindowSize);
        BinaryPrimitives.WriteInt32BigEndian(setting.AsSpan(2), window);
        await connection.SendAsync(Http2Frame.Settings, 0, 0, setting);
        // The connection itself may take all, so that only the windows of its streams hold answers up.
        await connection.SendAsync(WindowUpdate, 0, 0, [0x7F, 0, 0, 0]);
        connection.reading = connection.ReadAsync();
        return connection;
    }

    /// <summary>Sends a request without a body.</summary>
    public Task RequestAsync(int id, string method, string path, string token) =>
        SendAsync(Http2Frame.Headers, EndHeaders | EndStream, id, Encode(
            (":method", method), (":scheme", "https"), (":path", path), (":authority", "secrets.example"),
            ("authorization", "Bearer " + token)));

    /// <summary>Takes a request back.</summary>
    public Task ResetAsync(int id) => SendAsync(Http2Frame.ResetStream, 0, id, [0, 0, 0, 8]);

    /// <summary>Waits until the server has sent such a frame.</summary>
    public async Task<Http2Frame> WaitAsync(string what, Func<Http2Frame, bool> isMeant)
    {
        await Until.HoldsAsync(what, () => received.Any(isMeant));
        return received.First(isMeant);
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        await reading;
        writing.Dispose();
    }

    private async Task SendAsync(byte type, byte flags, int id, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), id);
        payload.CopyTo(frame, 9);
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
                received.Enqueue(new Http2Frame(head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)), payload));
                if (head[3] == Http2Frame.Settings && (head[4] & Ack) == 0)
                {
                    await SendAsync(Http2Frame.Settings, Ack, 0, []);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The connection has ended.
        }
    }

    // Each field is written out (RFC 7541, 6.2.2), so no table is needed.
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
