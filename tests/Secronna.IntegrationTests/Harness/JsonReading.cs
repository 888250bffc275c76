using System.Globalization;
using System.Text.Json;

namespace Secronna.IntegrationTests.Harness;

/// <summary>Short ways to read JSON.</summary>
internal static class JsonReading
{
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static int Number(this JsonElement element, string name) => element.GetProperty(name).GetInt32();

    public static DateTimeOffset Time(this JsonElement element, string name) =>
        DateTimeOffset.Parse(element.Text(name), CultureInfo.InvariantCulture);

    public static bool Has(this JsonElement element, string name) => element.TryGetProperty(name, out _);

    public static bool IsNull(this JsonElement element, string name) =>
        element.GetProperty(name).ValueKind == JsonValueKind.Null;

    /// <summary>The names of an object's properties, in their order.</summary>
    public static string Names(this JsonElement element) =>
        string.Join(',', element.EnumerateObject().Select(property => property.Name));

    /// <summary>The value of one property in every element of an array.</summary>
    public static string[] Each(this JsonElement array, string name) =>
        [.. array.EnumerateArray().Select(element => element.GetProperty(name).ToString())];

    /// <summary>The text as a JSON string.</summary>
    public static string Quoted(string text) => JsonSerializer.Serialize(text);
}
