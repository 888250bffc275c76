using Secronna.Crypto.Trail;
using Secronna.UnitTests.Architecture;
using Xunit;

namespace Secronna.UnitTests.Crypto.Trail;

/// <summary>The trail's cryptography stays apart from that of values and keys (S5).</summary>
public sealed class TrailRoomTests
{
    private const string Crypto = "Secronna.Crypto";

    [Fact]
    public void Nothing_that_seals_values_or_keys_uses_the_trail() => Assert.DoesNotContain(
        FolderGraph.Of(typeof(TreeBuilder).Assembly, Crypto).Arrows, arrow => arrow.ToFolder == typeof(TreeBuilder).Namespace);

    [Fact]
    public void Only_the_signatures_of_checkpoints_use_BouncyCastle() => Assert.Equal(
        ["src/Secronna.Crypto/Trail/Ed25519Signature.cs"],
        from path in Directory.EnumerateFiles(Path.Combine(LayoutTests.Root(), "src"), "*.cs", SearchOption.AllDirectories)
        let relative = Path.GetRelativePath(LayoutTests.Root(), path).Replace('\\', '/')
        where !relative.Contains("/obj/", StringComparison.Ordinal)
        where File.ReadLines(path).Any(line => line.Contains("Org.BouncyCastle", StringComparison.Ordinal))
        select relative);
}
