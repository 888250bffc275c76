using System.Reflection;
using System.Text;
using CsCheck;
using Secronna.Crypto.Trail;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

public sealed class TrailEntryFormatTests
{
    public static TheoryData<string> Properties =>
        [.. typeof(TrailEntry).GetProperties().Select(property => property.Name).Where(name => name is not "WorkspaceId")];

    [Fact]
    public void A_full_entry_has_a_value_for_every_property()
    {
        Assert.All(typeof(TrailEntry).GetProperties(), property => Assert.NotNull(property.GetValue(TrailSample.Full)));
    }

    [Fact]
    public void A_full_entry_and_a_reveal_decode_to_what_was_encoded()
    {
        Assert.Equal(TrailSample.Full, RoundTrip(TrailSample.Full));
        Assert.Equal(TrailSample.Reveal, RoundTrip(TrailSample.Reveal));
    }

    [Theory]
    [MemberData(nameof(Properties))]
    public void An_entry_without_one_property_or_with_another_value_decodes_to_itself(string property)
    {
        var changed = TrailSample.Full with { };
        var field = typeof(TrailEntry).GetProperty(property)!;
        field.SetValue(changed, Other(field, changed));
        Assert.NotEqual(TrailSample.Full, changed);
        Assert.Equal(changed, RoundTrip(changed));

        if (new NullabilityInfoContext().Create(field).WriteState == NullabilityState.Nullable)
        {
            field.SetValue(changed, null);
            Assert.Equal(changed, RoundTrip(changed));
        }
    }

    [Fact]
    public void The_entry_of_a_typical_reveal_has_at_most_165_bytes()
    {
        Assert.InRange(TrailEntryFormat.Encode(TrailSample.Reveal).Length, 100, 165);
    }

    [Fact]
    public void The_workspace_is_not_encoded()
    {
        var other = TrailSample.Full with { WorkspaceId = TrailEntry.Installation };
        Assert.Equal(TrailEntryFormat.Encode(TrailSample.Full), TrailEntryFormat.Encode(other));
        Assert.Equal(other, TrailEntryFormat.Decode(TrailEntry.Installation, TrailEntryFormat.Encode(TrailSample.Full)));
    }

    [Fact]
    public void Encoding_a_decoded_entry_gives_the_same_bytes_and_its_texts_are_well_formed()
    {
        TrailSample.Entry.Sample(entry =>
        {
            var bytes = TrailEntryFormat.EncodeMigrated(entry);
            var decoded = TrailEntryFormat.Decode(TrailSample.WorkspaceId, bytes);
            Assert.Equal(bytes, TrailEntryFormat.EncodeMigrated(decoded));
            Assert.Equal(Values(WithCutTexts(entry)), Values(decoded));
        }, iter: Rounds.Of(2_000, 100_000));
    }

    [Fact]
    public void A_path_keeps_its_text_whether_or_not_it_ends_with_the_key()
    {
        string?[] keys = [null, "", "K", "/", "a/K"];
        string?[] paths = [null, "", "/", "K", "/K", "a/K", "a//K", "a/b/K", "a/bK", "K/", "//", "a/K/K"];
        foreach (var entry in from key in keys from path in paths select TrailSample.Full with { Key = key, Path = path })
        {
            Assert.Equal(entry, RoundTrip(entry));
        }
    }

    [Fact]
    public void A_lone_surrogate_becomes_a_replacement_character()
    {
        var decoded = RoundTrip(TrailSample.Full with { Key = "\udc00", Path = "a/\ufffd", Name = "\ud800x", Details = "\"\ud800\"" });
        Assert.Equal(("\ufffd", "a/\ufffd", "\ufffdx", "\"\ufffd\""), (decoded.Key, decoded.Path, decoded.Name, decoded.Details));
    }

    [Fact]
    public void A_negative_number_is_an_argument_error()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => TrailEntryFormat.Encode(TrailSample.Full with { Version = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => TrailEntryFormat.Encode(TrailSample.Full with { Epoch = int.MinValue }));
    }

    [Fact]
    public void The_canonical_bytes_are_format_sequence_time_and_entry()
    {
        var canonical = new byte[TrailEntryFormat.CanonicalLength(3)];
        TrailEntryFormat.WriteCanonical(0x0102030405060708, 0x1112131415161718, [0xa, 0xb, 0xc], canonical);
        Assert.Equal("010102030405060708" + "1112131415161718" + "0a0b0c", Hex.Text(canonical));
        Assert.Throws<ArgumentException>(() => TrailEntryFormat.WriteCanonical(1, 1, [1], new byte[17]));
    }

    [Fact]
    public void Canonical_bytes_are_read_as_they_were_written_and_other_formats_are_refused()
    {
        var canonical = new byte[TrailEntryFormat.CanonicalLength(3)];
        TrailEntryFormat.WriteCanonical(7, 8, [0xa, 0xb, 0xc], canonical);
        Assert.True(TrailEntryFormat.TryReadCanonical(canonical, out var sequence, out var at, out var entry));
        Assert.Equal((7L, 8L, "0a0b0c"), (sequence, at, Hex.Text(entry)));

        Assert.False(TrailEntryFormat.TryReadCanonical(canonical.AsSpan(0, canonical.Length - 3), out _, out _, out _));
        Assert.False(TrailEntryFormat.TryReadCanonical([], out _, out _, out _));
        canonical[0]++;
        Assert.False(TrailEntryFormat.TryReadCanonical(canonical, out _, out _, out _));
    }

    private static TrailEntry RoundTrip(TrailEntry entry) =>
        TrailEntryFormat.Decode(entry.WorkspaceId, TrailEntryFormat.Encode(entry));

    // By property, so that a failure names the one that differs.
    private static IEnumerable<(string Name, object? Value)> Values(TrailEntry entry) =>
        typeof(TrailEntry).GetProperties().Select(property => (property.Name, property.GetValue(entry)));

    private static object Other(PropertyInfo property, TrailEntry entry) => property.GetValue(entry) switch
    {
        string text => text + "x",
        int number => number + 1,
        _ => BoxHash.Of([]),
    };

    private static TrailEntry WithCutTexts(TrailEntry entry) => entry with
    {
        Id = Fit(entry.Id, TrailText.MaxId)!,
        ActorType = Fit(entry.ActorType, TrailText.MaxWord)!,
        ActorId = Fit(entry.ActorId, TrailText.MaxActorId)!,
        Action = Fit(entry.Action, TrailText.MaxWord)!,
        Outcome = Fit(entry.Outcome, TrailText.MaxWord)!,
        RequestId = Fit(entry.RequestId, TrailText.MaxId),
        Ip = Fit(entry.Ip, TrailText.MaxIp),
        UserAgent = Fit(entry.UserAgent, TrailText.MaxUserAgent),
        ProjectId = Fit(entry.ProjectId, TrailText.MaxId),
        EnvironmentId = Fit(entry.EnvironmentId, TrailText.MaxId),
        SecretId = Fit(entry.SecretId, TrailText.MaxId),
        Key = Fit(entry.Key, TrailText.MaxKey),
        Path = Fit(entry.Path, TrailText.MaxPath),
        TargetId = Fit(entry.TargetId, TrailText.MaxId),
        Name = Fit(entry.Name, TrailText.MaxName),
        Reason = Fit(entry.Reason, TrailText.MaxReason),
        Subject = Fit(entry.Subject, TrailText.MaxSubject),
        SessionId = Fit(entry.SessionId, TrailText.MaxId),
        Details = entry.Details is null ? null : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(entry.Details)),
    };

    private static string? Fit(string? text, int maxSize) => text is null ? null : TrailText.Fit(text, maxSize);
}
