using System.Collections.Concurrent;

namespace Secronna.IdentityProvider.People;

/// <summary>The people who can sign in. A change shows in the next token, also if a refresh issues that token.</summary>
public sealed class PeopleDirectory
{
    private readonly ConcurrentDictionary<string, Person> people = new(StringComparer.Ordinal);

    internal PeopleDirectory(IEnumerable<Person> people)
    {
        foreach (var person in people)
        {
            Put(person);
        }
    }

    /// <summary>All people, ordered by subject.</summary>
    public IReadOnlyList<Person> All => [.. people.Values.OrderBy(person => person.Sub, StringComparer.Ordinal)];

    /// <summary>Adds a person, or replaces the one with the same subject.</summary>
    public void Put(Person person) => people[person.Sub] = person;

    /// <summary>Removes a person. From now on the person gets no token, not even by a refresh.</summary>
    public void Remove(string sub) => people.TryRemove(sub, out _);

    /// <summary>Returns the person with a subject; <c>null</c> if there is none.</summary>
    public Person? Find(string? sub) => sub is not null && people.TryGetValue(sub, out var person) ? person : null;
}
