using System.Text;

namespace Secronna.Attacks;

/// <summary>Attacks with request bodies, and with connections that hardly say anything.</summary>
internal static class BodyAttacks
{
    private const int Connections = 64;

    public static IReadOnlyList<Attack> All { get; } =
    [
        new("announced-bodies", "announces 64 bodies of 4 MiB with a key that may only list, and sends one byte of each", AnnouncedAsync),
        new("trickled-bodies", "sends 64 bodies a byte at a time, with a key that may write", TrickledAsync),
        new("slow-headers", "opens 400 connections and sends their headers a byte at a time, without a credential", SlowHeadersAsync),
        new("junk-bodies", "sends bodies of 500 KiB that are no JSON, with a key that may write", JunkAsync),
    ];

    private static Task AnnouncedAsync(Attacker attacker) =>
        attacker.RepeatAsync(Connections, async _ =>
        {
            await using var stream = await BeginBodyAsync(attacker, attacker.Target.ListToken);
            await HoldAsync(attacker, stream);
        });

    private static Task TrickledAsync(Attacker attacker) =>
        attacker.RepeatAsync(Connections, async _ =>
        {
            await using var stream = await BeginBodyAsync(attacker, attacker.Target.WriteToken);
            for (var i = 0; i < 1_000; i++)
            {
                await stream.WriteAsync("["u8.ToArray(), attacker.End);
                await Task.Delay(50, attacker.End);
            }
        });

    private static Task SlowHeadersAsync(Attacker attacker) =>
        attacker.RepeatAsync(400, async _ =>
        {
            await using var stream = await Attacker.ConnectAsync(attacker.Target.Url, Attacker.Address, attacker.End);
            foreach (var letter in Encoding.ASCII.GetBytes("GET /api/v1/projects HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + new string('a', 1_000)))
            {
                await stream.WriteAsync(new[] { letter }, attacker.End);
                await Task.Delay(100, attacker.End);
            }
        });

    private static Task JunkAsync(Attacker attacker)
    {
        var junk = "[" + new string('1', 500 * 1024);
        return attacker.RepeatAsync(16, _ => attacker.SendAsync(
            HttpMethod.Put, $"/environments/{attacker.Target.EnvironmentId}/secrets", attacker.Target.WriteToken, junk));
    }

    private static async Task<Stream> BeginBodyAsync(Attacker attacker, string token)
    {
        var stream = await Attacker.ConnectAsync(attacker.Target.Url, Attacker.Address, attacker.End);
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /api/v1/environments/{attacker.Target.EnvironmentId}/secrets/batch HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + $"Authorization: Bearer {token}\r\nContent-Type: application/json\r\nContent-Length: {4 * 1024 * 1024}\r\n\r\n{{"),
            attacker.End);
        return stream;
    }

    // Waits until the server answers or ends the connection.
    private static async Task HoldAsync(Attacker attacker, Stream stream)
    {
        var answer = new byte[16];
        var read = await stream.ReadAsync(answer, attacker.End);
        attacker.Count(read > 12 ? Encoding.ASCII.GetString(answer, 9, 3) : "closed");
        await Task.Delay(1_000, attacker.End);
    }
}
