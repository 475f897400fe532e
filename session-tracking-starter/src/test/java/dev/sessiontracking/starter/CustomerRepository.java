// SPDX-License-Identifier: Apache-2.0
package dev.sessiontracking.starter;

import org.springframework.data.annotation.Id;
import org.springframework.data.repository.CrudRepository;

/** A repository as most applications write it: nothing on its entity says which module of Spring Data it is for. */
interface CustomerRepository extends CrudRepository<CustomerRepository.Customer, Long> {

    record Customer(@Id Long id, String name) {}
}
