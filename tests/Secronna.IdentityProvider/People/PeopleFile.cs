using System.Text.Json;

namespace Secronna.IdentityProvider.People;

/// <summary>Reads people from a JSON file: an array of objects with the members of <see cref="Person"/> in camel case.</summary>
internal static class PeopleFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static IReadOnlyList<Person> Read(string path)
    {
        using var file = File.OpenRead(path);
        return JsonSerializer.Deserialize<List<Person>>(file, Json)
            ?? throw new JsonException($"{path} holds null, not an array of people");
    }
}
