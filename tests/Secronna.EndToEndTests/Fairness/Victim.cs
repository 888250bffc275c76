using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Secronna.EndToEndTests.Fairness;

/// <summary>
/// A user who reveals single values and an environment at a steady rate, and a probe of readiness. Each connection is
/// blocking and has a thread of its own, so that only the server can delay a request. A request that is late counts from the
/// moment when it was due.
/// </summary>
internal sealed class Victim : IDisposable
{
    // Longer than any answer may take, and shorter than a probe's patience.
    private const int TimeoutMilliseconds = 10_000;

    // As a client's pool of connections would. With one connection, each late answer would delay all later requests.
    private const int SingleConnections = 4;

    private readonly CancellationTokenSource end = new();
    private readonly List<Thread> threads;
    private readonly int port;
    private readonly string token;

    public Victim(Uri url, string token, string environmentId, IReadOnlyList<string> secretIds)
    {
        port = url.Port;
        this.token = token;
        threads =
        [
            .. Enumerable.Range(0, SingleConnections).Select(connection => Start(
                TimeSpan.FromMilliseconds(10 * SingleConnections), Single,
                i => $"POST /api/v1/secrets/{secretIds[((i * SingleConnections) + connection) % secretIds.Count]}/reveal")),
            Start(TimeSpan.FromMilliseconds(50), Bulk, _ => $"POST /api/v1/environments/{environmentId}/reveal"),
            Start(TimeSpan.FromMilliseconds(40), Readiness, _ => "GET /health/ready"),
        ];
    }

    public Latencies Single { get; } = new();

    public Latencies Bulk { get; } = new();

    public Latencies Readiness { get; } = new();

    public void Dispose()
    {
        end.Cancel();
        threads.ForEach(thread => thread.Join());
        end.Dispose();
    }

    private Thread Start(TimeSpan interval, Latencies latencies, Func<int, string> request)
    {
        var thread = new Thread(() => Run(interval, latencies, request)) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private void Run(TimeSpan interval, Latencies latencies, Func<int, string> request)
    {
        Socket? socket = null;
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; !end.IsCancellationRequested; i++)
        {
            var due = interval * i;
            var wait = due - Stopwatch.GetElapsedTime(began);
            if (wait > TimeSpan.Zero && end.Token.WaitHandle.WaitOne(wait))
            {
                break;
            }

            try
            {
                socket ??= Connect();
                if (Ask(socket, request(i)) is { } wrong)
                {
                    latencies.AddError(wrong);
                }
                else
                {
                    latencies.Add(Stopwatch.GetElapsedTime(began) - due);
                }
            }
            catch (SocketException exception)
            {
                latencies.AddError(exception.SocketErrorCode.ToString());
                socket?.Dispose();
                socket = null;
            }
        }

        socket?.Dispose();
    }

    private Socket Connect()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            NoDelay = true,
            ReceiveTimeout = TimeoutMilliseconds,
        };
        socket.Connect("127.0.0.1", port);
        return socket;
    }

    // Returns what is wrong with the answer, or null.
    private string? Ask(Socket socket, string request)
    {
        socket.Send(Encoding.ASCII.GetBytes(
            $"{request} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\n\r\n"));
        var answer = new StringBuilder();
        var buffer = new byte[64 * 1024];
        while (!IsComplete(answer))
        {
            var read = socket.Receive(buffer);
            if (read == 0)
            {
                throw new SocketException((int)SocketError.ConnectionReset);
            }

            answer.Append(Encoding.ASCII.GetString(buffer, 0, read));
        }

        var text = answer.ToString();
        return text.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) ? null : text[..Math.Min(text.Length, 12)];
    }

    private static bool IsComplete(StringBuilder answer)
    {
        var text = answer.ToString();
        var body = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        if (body < 4)
        {
            return false;
        }

        const string Length = "Content-Length: ";
        var length = text.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
        return length >= 0 && length < body
            ? text.Length - body >= int.Parse(text[(length + Length.Length)..text.IndexOf('\r', length)], System.Globalization.CultureInfo.InvariantCulture)
            : text.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
    }
}
