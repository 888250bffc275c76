using System.Runtime.CompilerServices;
using Secronna.Cli.Session;
using Secronna.Client;
using Secronna.Client.Testing;
using Secronna.Protocol;
using Xunit;

namespace Secronna.UnitTests.Client;

/// <summary>The text of a record never contains its value or its token, so that logging the record is safe (S16).</summary>
public sealed class TextOfRecordsTests
{
    private static readonly string[] SecretMembers = ["Value", "Token", "ApiKey", "AccessToken", "RefreshToken"];

    public static TheoryData<Type> Holders =>
    [
        .. new[] { typeof(Ids).Assembly, typeof(SecronnaClient).Assembly, typeof(SecronnaFake).Assembly, typeof(SavedSession).Assembly }.SelectMany(assembly => assembly.GetTypes())
            .Where(type => !type.IsAbstract && type.IsClass && Members(type).Any()),
    ];

    [Theory]
    [MemberData(nameof(Holders))]
    public void The_text_of_a_record_shows_neither_its_value_nor_its_token(Type type)
    {
        var instance = RuntimeHelpers.GetUninitializedObject(type);
        foreach (var member in Members(type))
        {
            member.SetValue(instance, "canary");
            Assert.Equal("canary", member.GetValue(instance));
        }

        Assert.DoesNotContain("canary", $"{instance}", StringComparison.Ordinal);
    }

    [Fact]
    public void The_records_that_hold_values_are_found() => Assert.Contains(Holders, row => row.Data == typeof(RevealResponse));

    private static IEnumerable<System.Reflection.PropertyInfo> Members(Type type) =>
        type.GetProperties().Where(member => member.PropertyType == typeof(string) && member.CanWrite && SecretMembers.Contains(member.Name));
}
