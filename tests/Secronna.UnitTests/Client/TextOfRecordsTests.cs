using System.Runtime.CompilerServices;
using Secronna.Cli.Session;
using Secronna.Client;
using Secronna.Client.Testing;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Client;

/// <summary>What is logged as a whole tells no value and no token (S16).</summary>
public sealed class TextOfRecordsTests
{
    private static readonly string[] Secret = ["Value", "Token", "ApiKey", "AccessToken", "RefreshToken"];

    public static TheoryData<Type> Holders =>
    [
        .. new[] { typeof(Ids).Assembly, typeof(SecronnaClient).Assembly, typeof(SecronnaFake).Assembly, typeof(SavedSession).Assembly }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsAbstract && type.IsClass && Members(type).Any()),
    ];

    [Theory]
    [MemberData(nameof(Holders))]
    public void A_text_of_it_has_none(Type type)
    {
        var it = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var member in Members(type))
        {
            member.SetValue(it, "canary");
            Assert.Equal("canary", member.GetValue(it));
        }

        Assert.DoesNotContain("canary", $"{it}", StringComparison.Ordinal);
    }

    [Fact]
    public void They_are_found() => Assert.Contains(Holders, row => row.Data == typeof(RevealResponse));

    private static IEnumerable<System.Reflection.PropertyInfo> Members(Type type) =>
        type.GetProperties().Where(member => member.PropertyType == typeof(string) && member.CanWrite && Secret.Contains(member.Name));
}
