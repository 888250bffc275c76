using CsCheck;
using Secronna.Crypto.Trail;

namespace Secronna.UnitTests.Crypto.Trail;

/// <summary>Entries to test with.</summary>
internal static class TrailSample
{
    public const string WorkspaceId = "acc_1";
    public const string Ulid = "01k3s6x8r9v2m4n6p8q0s2t4v6";

    // Every text that an entry stores as something else than text, texts that are nearly like that, and texts beyond ASCII.
    private static readonly string[] NotableTexts =
    [
        "", "/", "a", "a/", "KEY", "/KEY", "demo/development/KEY", "success", "denied", "failed", "user", "system", "secret.reveal",
        "export.forget", $"aud_{Ulid}", $"usr_{Ulid}", $"acc_{Ulid}", $"AUD_{Ulid}", $"aud_{Ulid.ToUpperInvariant()}", $"aud_8{Ulid[1..]}",
        $"_{Ulid}", Ulid, $"aud_{Ulid}0", "127.0.0.1", "127.0.0.01", "255.255.255.255", "256.0.0.1", "1.2.3", "::", "::1", "1::",
        "2001:db8::1:0:0:1", "2001:DB8::1", "2001:db8:0:0:1::1", "1:2:3:4:5:6:7:8", "::ffff:1.2.3.4", "fe80::1%eth0", "ä", "🔑", "\ud800",
        "a\udc00/\ufffd", "\ufffd", new string('é', 200), new string('x', 128), new string('x', 129), new string('✓', 3_000),
    ];

    /// <summary>What the entry of a typical reveal holds.</summary>
    public static TrailEntry Reveal { get; } = new()
    {
        WorkspaceId = WorkspaceId,
        Id = $"aud_{Ulid}",
        ActorType = "api_key",
        ActorId = $"key_{Ulid}",
        Action = "secret.reveal",
        Outcome = "success",
        RequestId = $"req_{Ulid}",
        Ip = "127.0.0.1",
        ProjectId = $"proj_{Ulid}",
        EnvironmentId = $"env_{Ulid}",
        SecretId = $"sec_{Ulid}",
        Key = "SECRET_1234",
        Path = "demo/development/SECRET_1234",
        Version = 3,
    };

    /// <summary>An entry that has every property.</summary>
    public static TrailEntry Full { get; } = Reveal with
    {
        Outcome = "failed",
        UserAgent = "curl/8.5.0",
        TargetId = $"kek_{Ulid}",
        Name = "Schlüssel 🔑",
        Count = 300,
        Details = """{"keys":["A","B"]}""",
        Reason = "incident 42",
        BoxHash = BoxHash.Of("ciphertext"u8),
        Part = 2,
        Epoch = 70_000,
        Subject = "repo:acme/web:ref:refs/heads/main",
        SessionId = $"ses_{Ulid}",
    };

    /// <summary>A notable text, or characters that are not all UTF-16.</summary>
    public static Gen<string> Text { get; } = Gen.OneOf(
        OneOf(NotableTexts), Gen.String[0, 40], Gen.Char['\ud7f0', '\ue010'].Array[0, 300].Select(chars => new string(chars)));

    /// <summary>Entries of any texts and numbers. They may have to be cut.</summary>
    public static Gen<TrailEntry> Entry { get; } = Gen.Select(
        Text.Array[20], OrAbsent(Gen.Int[0, int.MaxValue]).Array[4], Gen.Bool.Array[16], OrAbsent(Gen.Byte.Array[BoxHash.Size]),
        (texts, numbers, present, hash) =>
        {
            string? At(int index) => present[index] ? texts[index] : null;
            return new TrailEntry
            {
                WorkspaceId = WorkspaceId,
                RequestId = At(0),
                Ip = At(1),
                UserAgent = At(2),
                ProjectId = At(3),
                EnvironmentId = At(4),
                SecretId = At(5),
                Key = At(6),
                Path = present[14] ? $"{At(7)}/{At(6)}" : At(7),
                TargetId = At(8),
                Name = At(9),
                Details = At(10),
                Reason = At(11),
                Subject = At(12),
                SessionId = At(13),
                Id = texts[14],
                ActorType = texts[15],
                ActorId = texts[16],
                Action = texts[17],
                Outcome = present[15] ? "success" : texts[18],
                Version = numbers[0],
                Count = numbers[1],
                Part = numbers[2],
                Epoch = numbers[3],
                BoxHash = hash is null ? null : BoxHash.FromBytes(hash),
            };
        });

    public static Gen<string> OneOf(string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static Gen<int?> OrAbsent(Gen<int> gen) => Gen.Select(Gen.Bool, gen, (present, value) => present ? value : (int?)null);

    private static Gen<byte[]?> OrAbsent(Gen<byte[]> gen) => Gen.Select(Gen.Bool, gen, (present, value) => present ? value : null);
}
